//! Why a raster is not read, in words.

use std::io;

use crate::model::Text;
use crate::read::input::Input;
use crate::read::problem::{At, Problems, say};

/// What is wrong with a raster, and what would be right.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    code: &'static str,
    what: Text,
    help: Text,
}

impl Refused {
    /// The bytes are not as the format asks.
    pub(super) fn damaged(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            code: "damaged",
            what: say(format!("the raster cannot be read: {}", en.into()), format!("栅格文件无法读取：{}", zh.into())),
            help: say(
                "get the file again, or write it anew with gdal_translate",
                "请重新获取文件，或用 gdal_translate 重新生成",
            ),
        }
    }

    /// Something that is not read here, and what to make of it.
    pub(super) fn unsupported(what: Text, help: Text) -> Self {
        Self { code: "unsupported", what, help }
    }

    /// More than is read.
    pub(super) fn too_large(what: Text) -> Self {
        let help = say(
            "cut it to the study: gdalwarp -te WEST SOUTH EAST NORTH in.tif out.tif",
            "请按研究范围裁剪：gdalwarp -te 西 南 东 北 in.tif out.tif",
        );
        Self { code: "too-large", what, help }
    }

    /// Says so.
    pub(super) fn say(self, input: &Input, problems: &mut Problems) {
        problems.error(self.code, &input.name, At::File, self.what, self.help);
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::damaged(error.to_string(), error.to_string())
    }
}

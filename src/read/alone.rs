//! An OpenStreetMap extract by itself, without a study file: what study it stands for.
//!
//! Its areas are the one level `area`, its facilities are facilities, and its dwellings stand for residents.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::input::{self, Input};
use super::osm::{self, Day};
use super::problem::{At, Problems, say};
use super::study::Study;
use super::table::Reader;

/// The study of a file.
pub(super) fn study(path: &Path, problems: &mut Problems) -> Option<Study> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let input = input::read(path, &name, problems)?;
    if !osm::Osm.accepts(&name, input.start()) {
        problems.error(
            "no-study",
            &path.display().to_string(),
            At::File,
            say("this file is no study by itself", "该文件本身不构成一项研究"),
            say(
                "name the folder of a study, or an OpenStreetMap extract (.osm.pbf); `evenreach init` makes a study",
                "请指定研究文件夹或 OpenStreetMap 数据（.osm.pbf）；可用 evenreach init 新建研究",
            ),
        );
        return None;
    }
    let date = date(&input, path, problems)?;
    let title = title(&name);
    let [areas, facilities, buildings] =
        [osm::AREAS, osm::FACILITIES, osm::BUILDINGS].map(|layer| quoted(&format!("{name}!{layer}")));
    let title = quoted(title);
    let text = format!(
        "format = \"evenreach.study/1\"\nname = {{ en = {title}, zh = {title} }}\nreference-date = \"{date}\"\n\
         levels = [{{ key = \"area\", en = \"area\", zh = \"区域\" }}]\n\
         areas = [{{ level = \"area\", file = {areas} }}]\n\
         facilities = [{{ file = {facilities} }}]\n\
         people = [{{ file = {buildings} }}]\n"
    );
    Some(Study::parse(&text).expect("every value is quoted, and the rest is fixed"))
}

/// What a study of a file is called: `city` for `city.osm.pbf`.
pub fn title(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let cut = [".osm.pbf", ".pbf"].iter().find(|end| lower.ends_with(*end)).map_or(0, |end| end.len());
    match &name[..name.len() - cut] {
        "" => name,
        title => title,
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The day of the data, else that of the newest object in it, else that of the file; which one is said.
fn date(input: &Input, path: &Path, problems: &mut Problems) -> Option<Date> {
    let help = || {
        say(
            "write a study file with a reference-date for another day",
            "如需其他时点，请编写研究文件并注明 reference-date",
        )
    };
    match osm::day_of(input, problems) {
        Some(Day::Said(date)) => return Some(date),
        Some(Day::Newest(date)) => {
            problems.note(
                "day-of-newest",
                &input.name,
                say(
                    format!("the extract does not say of which day it is: that of its newest object is taken, {date}"),
                    format!("数据未注明时点，以其中最新对象的日期 {date} 为准"),
                ),
                help(),
            );
            return Some(date);
        }
        None => {}
    }
    if problems.has_errors() {
        return None;
    }
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    let date = Offset::UTC.to_datetime(Timestamp::try_from(changed).ok()?).date();
    problems.warning(
        "no-date",
        &input.name,
        At::File,
        say(
            format!("neither the extract nor its objects say of which day they are: that of the file is taken, {date}"),
            format!("数据及其中对象均未注明时点，以文件日期 {date} 为准"),
        ),
        help(),
    );
    Some(date)
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn a_study_is_called_by_its_file() {
        for (name, called) in
            [("city.osm.pbf", "city"), ("City.OSM.PBF", "City"), ("x.pbf", "x"), (".osm.pbf", ".osm.pbf")]
        {
            assert_eq!(title(name), called);
        }
    }
}

//! Bytes to text: UTF-8, UTF-16, GB18030 (and its subset GBK) and Big5 are told apart; any other encoding can be named.
//!
//! UTF-8 and UTF-16 are known by their rules. GB18030 and Big5 accept nearly each other's bytes, but both put the common
//! hanzi in a block of their own: read in the right encoding, nearly all letters of a text lie in it; read in the wrong
//! one, about half. Text of which too little is common in either, or that by its frequencies is of another script, is not
//! taken for Chinese: the study must name its encoding, and a likely one is said.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::problem::{At, Problems, say};
use crate::model::Text;

/// Encodings that are named in messages, as the study writes them.
const USUAL: &str = "UTF-8, GB18030, GBK, Big5, UTF-16LE, UTF-16BE, Shift_JIS, EUC-KR, windows-1252";

/// The text is told by at most this many bytes from the first that is not ASCII.
const SAMPLE: usize = 1 << 16;

/// The least share of letters that are common, for an encoding to be taken.
const LEAST_COMMON: f64 = 0.6;

/// The least share of bytes beyond ASCII in sound UTF-8 sequences, for a text to be UTF-8 with damage. In other
/// encodings few bytes fall into such sequences.
const MOSTLY_UTF_8: f64 = 0.8;

/// From this many letters on, frequencies tell Chinese from other scripts.
const ENOUGH: u32 = 10;

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Undecodable {
    /// No encoding has this name.
    UnknownName(String),
    /// None of the encodings that are told apart fits: the place of the first byte that is not ASCII, and the encoding
    /// that is the likeliest.
    Unclear(At, &'static str),
    /// The encoding, and the place of the first bytes that are none of its letters.
    Malformed(&'static str, At),
}

impl Undecodable {
    /// Says so of a file.
    pub(super) fn tell(&self, file: &str, problems: &mut Problems) {
        let (code, at, what, help) = match self {
            Self::UnknownName(name) => (
                "unknown-encoding",
                &At::File,
                say(format!("the encoding `{name}` is not known"), format!("无法识别编码“{name}”")),
                say(format!("usual ones: {USUAL}"), format!("常用编码：{USUAL}")),
            ),
            Self::Unclear(at, likely) => (
                "unclear-encoding",
                at,
                say("the encoding of the text cannot be found out surely", "无法确定文本编码"),
                say(
                    format!("save it as UTF-8, or write it in the study: encoding = \"{likely}\" is the likeliest"),
                    format!("请另存为 UTF-8，或在研究文件中写明编码：最可能是 encoding = \"{likely}\""),
                ),
            ),
            Self::Malformed(name, at) => ("not-text", at, malformed(name), mend()),
        };
        problems.error(code, file, at.clone(), what, help);
    }
}

fn malformed(name: &str) -> Text {
    say(format!("the bytes here are not {name}"), format!("此处的字节不是 {name} 编码"))
}

fn mend() -> Text {
    say(
        "export the file again as UTF-8; or write its encoding in the study: encoding = \"GB18030\"",
        "请重新导出为 UTF-8；或在研究文件中写明编码：encoding = \"GB18030\"",
    )
}

/// The encoding of bytes, the one wished for, else the one that is found out; and the bytes behind its byte order mark.
///
/// # Errors
/// A name that no encoding has, and bytes that are none of its letters.
pub(super) fn of<'a>(bytes: &'a [u8], wished: Option<&str>) -> Result<(&'static Encoding, &'a [u8]), Undecodable> {
    let marked = Encoding::for_bom(bytes);
    let encoding = match (wished, marked) {
        (Some(name), _) => {
            let named = named(name).ok_or_else(|| Undecodable::UnknownName(name.to_owned()))?;
            // `UTF-16` alone does not say the order of the bytes: the mark does.
            let is_utf_16 = |encoding| [UTF_16LE, UTF_16BE].contains(&encoding);
            marked.map(|(marked, _)| marked).filter(|&marked| is_utf_16(marked) && is_utf_16(named)).unwrap_or(named)
        }
        (None, Some((marked, _))) => marked,
        (None, None) => detect(bytes).map_err(|likely| Undecodable::Unclear(unclear_at(bytes), name_of(likely)))?,
    };
    let mark = marked.filter(|&(marked, _)| marked == encoding).map_or(0, |(_, n_bytes)| n_bytes);
    Ok((encoding, &bytes[mark..]))
}

/// The encoding of a name: a label of the Encoding Standard, such as `gbk`, or the number of a Windows code page, such as
/// `CP936`.
pub(super) fn named(name: &str) -> Option<&'static Encoding> {
    let name = name.trim();
    Encoding::for_label(name.as_bytes()).or_else(|| {
        let digits = name.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let before = name[..name.len() - digits.len()].trim_end_matches(['-', '_', ' ']).to_ascii_lowercase();
        if !["", "cp", "ms", "ansi", "oem", "windows"].contains(&before.as_str()) {
            return None;
        }
        Some(match digits.parse::<u32>().ok()? {
            936 => GBK,
            54_936 => GB18030,
            950 => BIG5,
            932 => encoding_rs::SHIFT_JIS,
            949 => encoding_rs::EUC_KR,
            1200 => UTF_16LE,
            1201 => UTF_16BE,
            65_001 => UTF_8,
            page @ (874 | 1250..=1258) => return Encoding::for_label(format!("windows-{page}").as_bytes()),
            _ => return None,
        })
    })
}

/// The encoding of bytes without a byte order mark. Bytes that are cut off within a letter do no harm.
///
/// # Errors
/// None is surely it: the likeliest.
pub(super) fn detect(bytes: &[u8]) -> Result<&'static Encoding, &'static Encoding> {
    if let Some(utf_16) = utf_16(bytes) {
        return Ok(utf_16);
    }
    let start = first_beyond_ascii(bytes);
    let sample = &bytes[start..bytes.len().min(start + SAMPLE)];
    if sample.is_empty() || MOSTLY_UTF_8 <= share_in_utf_8(sample) {
        return Ok(UTF_8);
    }
    let (gb18030, big5) = (Commonness::of(sample, gb18030_letter), Commonness::of(sample, big5_letter));
    // Alike in both only where there are few letters: the mainland's encoding is the likelier one.
    let (encoding, commonness) = if gb18030.share() < big5.share() { (BIG5, big5) } else { (GB18030, gb18030) };
    let likely = by_frequencies(sample);
    // One damaged byte is enough for text to seem Western by this, which it is not where its letters are common.
    let is_other = commonness.n_letters >= ENOUGH && ![GBK, BIG5, UTF_8, WINDOWS_1252].contains(&likely);
    if commonness.share() < LEAST_COMMON || is_other { Err(likely) } else { Ok(encoding) }
}

/// The likeliest of all encodings of the Web, by the frequencies of its letters.
fn by_frequencies(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, false);
    detector.guess(None, Utf8Detection::Deny)
}

/// The name of an encoding as messages write it.
pub(super) fn name_of(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 { "GB18030" } else { encoding.name() }
}

/// All bytes as text, which is put into `text` where it is not there already.
///
/// # Errors
/// The place of the first bytes that are no letters.
pub(super) fn decode<'t>(bytes: &'t [u8], encoding: &'static Encoding, text: &'t mut String) -> Result<&'t str, At> {
    if encoding == UTF_8 {
        // Up to an error it is UTF-8: nothing is lost.
        return std::str::from_utf8(bytes)
            .map_err(|error| place(&String::from_utf8_lossy(&bytes[..error.valid_up_to()])));
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    text.clear();
    // Most letters of tables take as many bytes as before or half as many more; more room is made where it is needed.
    text.reserve(room.unwrap_or(0).min(bytes.len() + bytes.len() / 2 + 16));
    let mut read = 0;
    loop {
        let (result, n_bytes) = decoder.decode_to_string_without_replacement(&bytes[read..], text, true);
        read += n_bytes;
        match result {
            DecoderResult::InputEmpty => return Ok(text),
            DecoderResult::OutputFull => text.reserve((bytes.len() - read).max(16)),
            DecoderResult::Malformed(_, _) => return Err(place(text)),
        }
    }
}

/// The place after a text.
fn place(text: &str) -> At {
    let line = text.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    At::Line(line, column)
}

/// The place of the first byte that is not ASCII.
fn unclear_at(bytes: &[u8]) -> At {
    place(&String::from_utf8_lossy(&bytes[..first_beyond_ascii(bytes)]))
}

fn first_beyond_ascii(bytes: &[u8]) -> usize {
    Encoding::ascii_valid_up_to(bytes)
}

/// UTF-16 without a byte order mark: line ends, commas and digits have a zero byte on one side; the other side has far
/// fewer of them (in Chinese, those of 一 alone).
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even == odd {
        return None;
    }
    let encoding = if even < odd { UTF_16LE } else { UTF_16BE };
    let pairs = sample.chunks_exact(2).map(|pair| match encoding == UTF_16LE {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let mut letters = char::decode_utf16(pairs).peekable();
    // A lone zero byte in other text makes no line ends of it.
    let mut has_lines = false;
    while let Some(letter) = letters.next() {
        // The sample may end within a letter of two pairs.
        let is_cut = letters.peek().is_none() && sample.len() < bytes.len();
        let letter = letter.ok();
        if !is_cut && letter.is_none_or(is_odd) {
            return None;
        }
        has_lines |= letter.is_some_and(|letter| ['\n', '\r'].contains(&letter));
    }
    (has_lines && bytes.len().is_multiple_of(2)).then_some(encoding)
}

/// Letters that no table holds.
fn is_odd(letter: char) -> bool {
    letter.is_control() && !['\t', '\n', '\r'].contains(&letter) || matches!(letter, '\u{fff0}'..='\u{ffff}')
}

/// The share of bytes beyond ASCII that lie in sound UTF-8 sequences.
fn share_in_utf_8(bytes: &[u8]) -> f64 {
    let beyond = |bytes: &[u8]| bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let sound: usize = bytes.utf8_chunks().map(|chunk| beyond(chunk.valid().as_bytes())).sum();
    sound as f64 / beyond(bytes) as f64
}

/// One letter: how many bytes it has, and whether it is a common one.
struct Letter {
    n_bytes: usize,
    is_common: bool,
}

const STRAY: Letter = Letter { n_bytes: 1, is_common: false };

/// How many letters beyond ASCII there are, and how many of them are common ones.
#[derive(Clone, Copy, Default)]
struct Commonness {
    n_common: u32,
    n_letters: u32,
}

impl Commonness {
    fn of(bytes: &[u8], letter: fn(&[u8]) -> Letter) -> Self {
        let (mut rest, mut found) = (bytes, Self::default());
        loop {
            rest = &rest[first_beyond_ascii(rest)..];
            // A single byte at the end may be half a letter.
            if rest.len() < 2 {
                return found;
            }
            let Letter { n_bytes, is_common } = letter(rest);
            found.n_letters += 1;
            found.n_common += u32::from(is_common);
            rest = &rest[n_bytes.min(rest.len())..];
        }
    }

    fn share(self) -> f64 {
        f64::from(self.n_common) / f64::from(self.n_letters.max(1))
    }
}

/// The first letter in GB18030; common are the symbols and the 3,755 hanzi of the first level of GB/T 2312.
fn gb18030_letter(bytes: &[u8]) -> Letter {
    match (bytes[0], bytes[1]) {
        (0x81..=0xFE, 0x30..=0x39) => Letter { n_bytes: 4, is_common: false },
        (0xA1..=0xA3 | 0xB0..=0xD7, 0xA1..=0xFE) => Letter { n_bytes: 2, is_common: true },
        (0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE) => Letter { n_bytes: 2, is_common: false },
        _ => STRAY,
    }
}

/// The first letter in Big5; common are the symbols and the 5,401 hanzi of its first level.
fn big5_letter(bytes: &[u8]) -> Letter {
    match (bytes[0], bytes[1]) {
        (0xA1..=0xC5, 0x40..=0x7E | 0xA1..=0xFE) | (0xC6, 0x40..=0x7E) => Letter { n_bytes: 2, is_common: true },
        (0x81..=0xFE, 0x40..=0x7E | 0xA1..=0xFE) => Letter { n_bytes: 2, is_common: false },
        _ => STRAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], wished: Option<&str>) -> Result<(String, &'static str), Undecodable> {
        let (encoding, bytes) = of(bytes, wished)?;
        match super::decode(bytes, encoding, &mut String::new()) {
            Ok(text) => Ok((text.to_owned(), name_of(encoding))),
            Err(at) => Err(Undecodable::Malformed(name_of(encoding), at)),
        }
    }

    const SIMPLIFIED: &str = "名称,街道,在园幼儿数\n光明街道中心幼儿园,光明街道,120\n登沙河第二幼儿园,登沙河街道,95\n";
    const TRADITIONAL: &str = "名稱,街道,在園幼兒數\n中正區第一幼兒園,中正區,120\n南港國民小學附設幼兒園,南港區,95\n";

    fn bytes(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        match encoding {
            _ if encoding == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ if encoding == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => {
                let (bytes, _, lost) = encoding.encode(text);
                assert!(!lost, "{} cannot write {text}", encoding.name());
                bytes.into_owned()
            }
        }
    }

    #[test]
    fn the_encodings_of_chinese_tables_are_told_apart() {
        for (text, encoding, name) in [
            (SIMPLIFIED, UTF_8, "UTF-8"),
            (SIMPLIFIED, GB18030, "GB18030"),
            (SIMPLIFIED, GBK, "GB18030"),
            (SIMPLIFIED, UTF_16LE, "UTF-16LE"),
            (TRADITIONAL, UTF_16BE, "UTF-16BE"),
            (TRADITIONAL, BIG5, "Big5"),
            (TRADITIONAL, UTF_8, "UTF-8"),
            ("name,code\na,1\n", UTF_16LE, "UTF-16LE"),
            ("name,code\na,1\n", UTF_8, "UTF-8"),
            ("", UTF_8, "UTF-8"),
        ] {
            assert_eq!(decode(&bytes(text, encoding), None), Ok((text.into(), name)), "{}", encoding.name());
        }
    }

    #[test]
    fn a_byte_order_mark_says_the_encoding_and_is_no_text() {
        for encoding in [UTF_8, UTF_16LE, UTF_16BE] {
            let marked = bytes(&format!("\u{feff}{SIMPLIFIED}"), encoding);
            for wished in [None, Some(encoding.name())] {
                assert_eq!(decode(&marked, wished), Ok((SIMPLIFIED.into(), encoding.name())));
            }
        }
        let marked = bytes(&format!("\u{feff}{SIMPLIFIED}"), UTF_16BE);
        assert_eq!(decode(&marked, Some("UTF-16")), Ok((SIMPLIFIED.into(), "UTF-16BE")));
    }

    #[test]
    fn the_encoding_wished_for_is_taken_by_any_of_its_names() {
        let gbk = bytes(SIMPLIFIED, GBK);
        for name in ["GB18030", "gbk", "GB2312", "CP936", "936", "windows-936", "ANSI 936", " gb18030 ", "54936"] {
            assert_eq!(decode(&gbk, Some(name)).map(|(text, _)| text), Ok(SIMPLIFIED.into()), "{name}");
        }
        let big5 = bytes(TRADITIONAL, BIG5);
        assert_eq!(decode(&big5, Some("cp950")), Ok((TRADITIONAL.into(), "Big5")));
        let korean = "이름,주소\n유치원,서울\n";
        assert_eq!(decode(&bytes(korean, encoding_rs::EUC_KR), Some("949")).map(|(text, _)| text), Ok(korean.into()));
        for name in ["martian", "", "936 or so", "iso 936", "cp99999"] {
            assert_eq!(decode(b"a", Some(name)), Err(Undecodable::UnknownName(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn a_few_letters_are_enough() {
        for name in ["街道", "名称", "金州区", "村", "(人)"] {
            assert_eq!(decode(&bytes(name, GBK), None).map(|(text, _)| text), Ok(name.into()), "{name}");
        }
        for name in ["幼兒園", "學校名稱", "臺北市"] {
            assert_eq!(decode(&bytes(name, BIG5), None), Ok((name.into(), "Big5")), "{name}");
        }
    }

    #[test]
    fn what_fits_no_encoding_is_not_guessed_at() {
        for text in ["name,city\nSchule,Köln\nSchule,Straße\n", "école,à\n"] {
            let latin = bytes(text, encoding_rs::WINDOWS_1252);
            assert!(matches!(decode(&latin, None), Err(Undecodable::Unclear(..))), "{text}");
            assert_eq!(decode(&latin, Some("windows-1252")), Ok((text.into(), "windows-1252")));
        }
        let latin = bytes("name,city\nSchule,Köln\n", encoding_rs::WINDOWS_1252);
        assert_eq!(decode(&latin, None), Err(Undecodable::Unclear(At::Line(2, 9), "windows-1252")));
    }

    #[test]
    fn other_scripts_are_not_taken_for_chinese() {
        for (text, encoding) in [
            ("이름,주소\n서울유치원,종로구\n부산유치원,해운대구\n", encoding_rs::EUC_KR),
            ("名前,住所\nひかり幼稚園,東京都みなと区\nさくら幼稚園,大阪市\n", encoding_rs::EUC_JP),
            ("名前,住所\nひかり幼稚園,東京都みなと区\nさくら幼稚園,大阪市\n", encoding_rs::SHIFT_JIS),
            ("имя,адрес\nДетский сад,Москва\n", encoding_rs::KOI8_U),
            ("имя,адрес\nДетский сад,Москва\n", encoding_rs::WINDOWS_1251),
        ] {
            assert_eq!(detect(&bytes(text, encoding)).map_err(Encoding::name), Err(encoding.name()));
        }
    }

    #[test]
    fn damage_is_found_at_its_line() {
        for encoding in [UTF_8, GB18030] {
            let mut damaged = bytes(SIMPLIFIED, encoding);
            damaged.extend(b"\nab\xFF\n");
            assert_eq!(decode(&damaged, None), Err(Undecodable::Malformed(name_of(encoding), At::Line(5, 3))));
        }
        // A letter cut in two at the end of the file.
        let cut = bytes(SIMPLIFIED.trim_end_matches(",95\n"), GB18030);
        let cut = &cut[..cut.len() - 1];
        assert!(matches!(decode(cut, None), Err(Undecodable::Malformed("GB18030", At::Line(3, _)))));
        assert_eq!(detect(cut), Ok(GB18030));
        let odd = &bytes(SIMPLIFIED, UTF_16LE)[1..];
        assert!(decode(odd, Some("UTF-16LE")).is_err());
    }
}

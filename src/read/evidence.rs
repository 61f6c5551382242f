//! Which coordinate system fits best: the share of places that fall in the area that their row names.
//!
//! This only gives evidence. A file of which nobody says the system is refused with it; one whose stated system fits
//! clearly worse than another is used as stated, with a warning.

use geo::Coord;

use super::candidates::{Candidate, by_range, sampled};
use super::membership::Ground;
use super::places::figure;
use super::problem::{At, Problems, say};
use super::table::Table;
use crate::model::{AreaId, Text};

/// How well the places of a file fall where they should, in one system.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The system.
    pub candidate: Candidate,
    /// How many of the places that name an area fall in it.
    pub in_named: usize,
    /// How many of all places fall in an area of the study.
    pub inside: usize,
}

/// How all candidates fit, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Places that name an area that has a boundary.
    pub n_named: usize,
    /// Places that were looked at.
    pub n_places: usize,
    /// What such an area is called, in both languages.
    pub area: Text,
    /// Whether any boundary that a place was looked for in is estimated: then the shares are rough.
    pub is_estimated: bool,
    /// The best first; of equal ones the likelier kind.
    pub fits: Vec<Fit>,
}

/// Fewer places than this prove nothing.
const FEWEST: usize = 20;

/// How many points of a hundred another system must fit better, and how many standard deviations of the difference.
const CLEARLY: (f64, f64) = (5.0, 4.0);

/// A row that is looked at: its numbers as the file has them, and the area that it names.
type Row = (Coord<f64>, Option<AreaId>);

impl Evidence {
    /// What candidates make of the numbers of a file, on the ground of a study.
    pub(super) fn of(
        ground: &Ground<'_>,
        raw: &[Option<Coord<f64>>],
        said: &[Option<AreaId>],
        found: Vec<Candidate>,
    ) -> Self {
        let rows = rows(raw, said);
        let (named, area) = named(ground, &rows);
        let fit = |candidate: Candidate| {
            let (in_named, inside) = tallied(&hits(ground, &rows, &named, &candidate));
            Fit { candidate, in_named, inside }
        };
        let mut fits: Vec<Fit> = found.into_iter().map(fit).collect();
        fits.sort_by_key(|fit| std::cmp::Reverse((fit.in_named, fit.inside)));
        let n_named = named.iter().flatten().count();
        // Where rows name no area, a place is looked for in all of them.
        let is_estimated = match n_named {
            0 => ground.areas.levels().ids().any(|level| ground.areas.is_estimated(level)),
            _ => named.iter().flatten().any(|&area| ground.is_estimated(area)),
        };
        Self { n_named, n_places: rows.len(), area, is_estimated, fits }
    }

    /// Candidates of which nothing more is known.
    pub(super) fn none(found: Vec<Candidate>) -> Self {
        let fit = |candidate| Fit { candidate, in_named: 0, inside: 0 };
        Self {
            n_named: 0,
            n_places: 0,
            area: say("area", "区域"),
            is_estimated: false,
            fits: found.into_iter().map(fit).collect(),
        }
    }

    /// What is shown of the fit: the share in the area named where rows name one, else the share inside the study.
    fn shares(&self) -> (usize, Vec<usize>) {
        if 0 < self.n_named {
            (self.n_named, self.fits.iter().map(|fit| fit.in_named).collect())
        } else {
            (self.n_places, self.fits.iter().map(|fit| fit.inside).collect())
        }
    }

    /// The evidence in words: `in GCJ-02 97 % of 380 places fall in the street that they name, in WGS 84 81 %`; `None`
    /// where no place falls in any area.
    pub fn words(&self) -> Option<Text> {
        let (n, shares) = self.shares();
        if shares.iter().all(|&share| share == 0) {
            return None;
        }
        let (lies_en, lies_zh) = if 0 < self.n_named {
            (format!("fall in the {} that they name", self.area.en), format!("落在其所填的{}内", self.area.zh))
        } else {
            ("lie in an area of the study".to_owned(), "位于研究区域内".to_owned())
        };
        let mut text = say("", "");
        for (place, (fit, share)) in self.fits.iter().zip(shares).take(SHOWN).enumerate() {
            let [en, zh] = fit.candidate.label();
            let percent = percent(share, n);
            if place == 0 {
                text.en = format!("in {en} {percent} % of {n} places {lies_en}");
                text.zh = format!("按 {zh}，{n} 个点中有 {percent}% {lies_zh}");
            } else {
                text.en += &format!(", in {en} {percent} %");
                text.zh += &format!("；按 {zh} 为 {percent}%");
            }
        }
        if self.is_estimated {
            text.en += " (by estimated boundaries)";
            text.zh += "（按估算边界）";
        }
        Some(text)
    }

    /// Whether the first fits better than all others.
    pub fn has_winner(&self) -> bool {
        let key = |fit: &Fit| (fit.in_named, fit.inside);
        match self.fits.as_slice() {
            [only] => 0 < only.inside,
            [first, second, ..] => key(second) < key(first),
            [] => false,
        }
    }
}

/// Candidates shown.
const SHOWN: usize = 4;

/// A whole number of a hundred; not 100 where one is missing, nor 0 where one is there.
fn percent(share: usize, n: usize) -> usize {
    let rounded = (200 * share + n) / (2 * n.max(1));
    if share < n { rounded.min(99).max(usize::from(0 < share)) } else { 100 }
}

fn rows(raw: &[Option<Coord<f64>>], said: &[Option<AreaId>]) -> Vec<Row> {
    let there: Vec<usize> = (0..raw.len()).filter(|&row| raw[row].is_some()).collect();
    let row = |at: usize| Some((raw[there[at]]?, said.get(there[at]).copied().flatten()));
    sampled(there.len()).filter_map(row).collect()
}

/// The area with a boundary that each row names, and what these are called.
fn named(ground: &Ground<'_>, rows: &[Row]) -> (Vec<Option<AreaId>>, Text) {
    let named: Vec<Option<AreaId>> = rows.iter().map(|&(_, said)| ground.lowest_boundary(said?)).collect();
    let mut levels = named.iter().flatten().map(|&area| ground.areas[area].level);
    let first = levels.next();
    let label = match first.filter(|&first| levels.all(|level| level == first)) {
        Some(level) => ground.areas.levels()[level].label.clone(),
        None => say("area", "区域"),
    };
    (named, label)
}

/// For each row whether it falls in the area that it names, and whether it falls in any.
fn hits(ground: &Ground<'_>, rows: &[Row], named: &[Option<AreaId>], candidate: &Candidate) -> Vec<(bool, bool)> {
    let places: Vec<Option<Coord<f64>>> = rows.iter().map(|&(raw, _)| candidate.turn(raw)).collect();
    let located = ground.locate_in(&places);
    let is_in = |(located, named): (&Option<AreaId>, &Option<AreaId>)| match (located, named) {
        (&Some(located), &Some(named)) => (ground.areas.holds(named, located), true),
        (Some(_), None) => (false, true),
        (None, _) => (false, false),
    };
    located.iter().zip(named).map(is_in).collect()
}

fn tallied(hits: &[(bool, bool)]) -> (usize, usize) {
    (hits.iter().filter(|hit| hit.0).count(), hits.iter().filter(|hit| hit.1).count())
}

/// Says that nobody states the system of a file that has coordinates, with what is known of it.
pub(super) fn no_crs(table: &Table, raw: &[Coord<f64>], fit: &Evidence, problems: &mut Problems) {
    let found: Vec<Candidate> = fit.fits.iter().map(|fit| fit.candidate.clone()).collect();
    let example = raw.first().map_or_else(String::new, |at| format!("{}, {}", figure(at.x), figure(at.y)));
    let words = fit.words();
    let best = words.as_ref().filter(|_| fit.has_winner()).map(|_| &fit.fits[0].candidate);
    let evidence = match (words, best) {
        (Some(words), Some(_)) => words,
        (Some(words), None) => {
            let [en, zh] = by_range(&found);
            say(format!("{}; {en}", words.en), format!("{}；{zh}", words.zh))
        }
        (None, _) => {
            let [en, zh] = by_range(&found);
            say(en, zh)
        }
    };
    let name = best.map_or("...", |best| best.crs.name());
    let (swap_en, swap_zh) = match best {
        Some(best) if best.swapped => (
            ", and swap the columns: columns = { lon = \"...\", lat = \"...\" }",
            "，并交换两列：columns = { lon = \"...\", lat = \"...\" }",
        ),
        _ => ("", ""),
    };
    let help = say(
        format!(
            "{}; once you know it, write it in study.toml, for this file below its line `file = ...` or for all files at \
             the top: crs = \"{name}\"{swap_en}",
            evidence.en
        ),
        format!(
            "{}；确认后请写入 study.toml：该文件写在其 file = ... 一行之下，全部文件写在开头：crs = \"{name}\"{swap_zh}",
            evidence.zh
        ),
    );
    problems.error(
        "no-crs",
        &table.file,
        At::File,
        say(
            format!(
                "neither the file nor the study says which coordinate system its coordinates are in, such as {example}"
            ),
            format!("文件和研究文件都没有说明坐标系，坐标例如 {example}"),
        ),
        help,
    );
}

/// Says that another system fits clearly better than the stated one: more by 5 points of a hundred and by 4 standard
/// deviations, and no more than half of what is amiss is left. Of fewer than 20 places nothing is said.
pub(super) fn fits_better(
    ground: &Ground<'_>,
    table: &Table,
    (places, said): (&[Option<Coord<f64>>], &[Option<AreaId>]),
    problems: &mut Problems,
) {
    let Some(stated) = table.system.as_deref() else { return };
    let raw: Vec<Option<Coord<f64>>> = places.iter().map(|place| stated.from_degrees((*place)?)).collect();
    let rows = rows(&raw, said);
    let (named, _) = named(ground, &rows);
    let as_stated = Candidate { crs: stated.clone(), swapped: false };
    let own = hits(ground, &rows, &named, &as_stated);
    let (in_named, inside) = tallied(&own);
    let n_named = named.iter().flatten().count();
    let by_name = FEWEST <= n_named;
    let (n, n_own) = if by_name { (n_named, in_named) } else { (rows.len(), inside) };
    // Nothing can be better by so much where so little is amiss.
    if n < FEWEST || (n - n_own) as f64 * 100.0 < CLEARLY.0 * n as f64 {
        return;
    }
    let numbers: Vec<Coord<f64>> = rows.iter().map(|row| row.0).collect();
    let is_other = |candidate: &Candidate| {
        candidate.swapped || !(candidate.crs == *stated || (candidate.crs.is_wgs84() && stated.is_wgs84()))
    };
    let others = ground.candidates(&numbers).into_iter().filter(is_other);
    let hit = |(named, any): (bool, bool)| if by_name { named } else { any };
    let better = others.filter(|other| {
        let their = hits(ground, &rows, &named, other);
        let (mut gained, mut lost) = (0_usize, 0_usize);
        for (&own, &their) in own.iter().zip(&their) {
            gained += usize::from(hit(their) && !hit(own));
            lost += usize::from(hit(own) && !hit(their));
        }
        is_clearly_better(n, n_own, gained, lost)
    });
    let better: Vec<Candidate> = std::iter::once(as_stated).chain(better).collect();
    if better.len() == 1 {
        return;
    }
    let fit = Evidence::of(ground, &raw, said, better);
    let (Some(words), best) = (fit.words(), &fit.fits[0].candidate) else { return };
    let name = best.crs.name();
    let [label_en, label_zh] = best.label();
    problems.warning(
        "crs-fits-better",
        &table.file,
        At::File,
        say(
            format!("the coordinates were read as {}, but fit {label_en} clearly better: {}", stated.name(), words.en),
            format!("坐标按 {} 读取，但更符合 {label_zh}：{}", stated.name(), words.zh),
        ),
        say(
            format!("if that is so, say it for this layer in the study: crs = \"{name}\"; or the areas are in another system than stated"),
            format!("如确是如此，请在研究文件的该图层写明：crs = \"{name}\"；也可能是区划边界的坐标系有误"),
        ),
    );
}

/// Of `n` places `n_own` fit as stated; in another system `gained` more fit and `lost` no longer do.
fn is_clearly_better(n: usize, n_own: usize, gained: usize, lost: usize) -> bool {
    let (points, deviations) = CLEARLY;
    let more = gained as f64 - lost as f64;
    points * n as f64 <= 100.0 * more
        && deviations * ((gained + lost) as f64).sqrt() <= more
        && (n - n_own) as f64 <= 2.0 * more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::sketch::{Read, areas, kindergartens, read_stating, squares};
    use crate::space::Crs;
    use geo::coord;
    use proptest::prelude::*;

    // Nine streets of 0.02 degrees (some 2 km) to a side, from 121.0 E, 39.0 N.
    const SIDE: f64 = 0.02;

    fn streets() -> String {
        let names: Vec<(String, [f64; 3])> =
            (0..9).map(|n| (format!("S{n}"), [0.2 * f64::from(n % 3), 0.2 * f64::from(n / 3), 0.2])).collect();
        let rows: Vec<(&str, &str, [f64; 3])> = names.iter().map(|(name, at)| (&**name, &**name, *at)).collect();
        squares(&rows)
    }

    /// Kindergartens spread evenly over the streets, in a system; `wrong` of a hundred name the next street.
    fn spread(n: usize, crs: &str, swapped: bool, wrong: usize) -> String {
        let crs = Crs::parse(crs).unwrap();
        let mut text = "name,街道代码,lon,lat\n".to_owned();
        for row in 0..n {
            let part = |base: usize| ((row * base % 997) as f64 + 0.5) / 997.0;
            let place = coord! { x: 121.0 + 3.0 * SIDE * part(613), y: 39.0 + 3.0 * SIDE * part(389) };
            let street = |off: f64, from: f64| ((off - from) / SIDE).floor() as usize;
            let own = (street(place.x, 121.0) + 3 * street(place.y, 39.0)).min(8);
            let named = if row * 37 % 100 < wrong { (own + 1) % 9 } else { own };
            let raw = crs.from_degrees(place).unwrap();
            let (x, y) = if swapped { (raw.y, raw.x) } else { (raw.x, raw.y) };
            text += &format!("K{row},S{named},{x:.7},{y:.7}\n");
        }
        text
    }

    fn read_spread(stated: &str, text: &str) -> Read {
        let layers = areas("street", "s.geojson") + &kindergartens("k.csv") + stated;
        read_stating("", &["street"], &layers, &[("s.geojson", &streets()), ("k.csv", text)])
    }

    /// The help of the error that nobody states the system.
    fn refused(text: &str) -> String {
        let read = read_spread("", text);
        assert_eq!(read.said(), ["no-crs: k.csv"], "{:?}", read.said());
        assert!(read.is_refused());
        read.problems.kept()[0].help.en.clone()
    }

    #[test]
    fn a_file_of_which_nobody_says_the_system_is_refused_with_what_fits_best() {
        let help = refused(&spread(500, "GCJ-02", false, 0));
        let [best, other] = [
            "in GCJ-02 100 % of 500 places fall in the street that they name, in WGS 84 (EPSG:4326) 70 %",
            "crs = \"GCJ-02\"",
        ];
        assert!(help.contains(best) && help.ends_with(other), "{help}");
        for (crs, name) in [
            ("BD-09", "BD-09"),
            ("EPSG:4490", "EPSG:4326"),
            ("EPSG:4549", "EPSG:4549"),
            ("EPSG:4528", "EPSG:4528"),
            ("EPSG:32651", "EPSG:32651"),
            ("EPSG:3857", "EPSG:3857"),
        ] {
            let help = refused(&spread(500, crs, false, 3));
            assert!(help.ends_with(&format!("crs = \"{name}\"")) && help.contains("97 %"), "{crs}: {help}");
        }
    }

    #[test]
    fn swapped_axes_are_found_in_the_same_way() {
        for crs in ["EPSG:4326", "GCJ-02", "EPSG:4549", "EPSG:4528"] {
            let help = refused(&spread(500, crs, true, 0));
            let expected = format!("crs = \"{crs}\", and swap the columns");
            assert!(help.contains(&expected) && help.contains("with x and y swapped 100 %"), "{crs}: {help}");
        }
    }

    #[test]
    fn where_rows_name_no_area_the_share_inside_the_study_counts() {
        let text = spread(500, "EPSG:4549", false, 0).replace("街道代码", "楼层");
        let help = refused(&text);
        assert!(help.contains("in EPSG:4549 100 % of 500 places lie in an area of the study"), "{help}");
    }

    #[test]
    fn where_two_fit_alike_none_is_recommended() {
        // Here all three systems agree on the street.
        let text = "name,街道代码,lon,lat\n一园,S4,121.0375,39.035\n";
        let help = refused(text);
        assert!(help.contains("100 % of 1 places") && help.contains("\"BD-09\" from Baidu"), "{help}");
    }

    #[test]
    fn a_stated_system_that_fits_clearly_worse_than_another_is_said() {
        for (stated, crs) in
            [("EPSG:4326", "GCJ-02"), ("GCJ-02", "EPSG:4326"), ("EPSG:4490", "BD-09"), ("EPSG:32651", "EPSG:4550")]
        {
            for wrong in [0, 10] {
                let read = read_spread(&format!("crs = \"{stated}\"\n"), &spread(500, crs, false, wrong));
                assert!(read.said().contains(&"crs-fits-better: k.csv".to_owned()), "{stated} {crs} {:?}", read.said());
                assert!(
                    read.what("crs-fits-better")
                        .starts_with(&format!("the coordinates were read as {stated}, but fit"))
                );
            }
        }
    }

    #[test]
    fn sound_data_raise_no_alarm_however_many_rows_name_the_wrong_street() {
        for crs in ["EPSG:4326", "GCJ-02", "BD-09", "EPSG:4549"] {
            for wrong in [0, 3, 10, 30, 60, 100] {
                let read = read_spread(&format!("crs = \"{crs}\"\n"), &spread(500, crs, false, wrong));
                assert!(!read.said().contains(&"crs-fits-better: k.csv".to_owned()), "{crs} {wrong}");
            }
        }
    }

    #[test]
    fn the_help_says_what_to_write_and_where_with_and_without_evidence() {
        let far = "name,lon,lat\n一园,21.0375,39.035\n";
        for text in [&*spread(500, "GCJ-02", false, 0), "name,街道代码,lon,lat\n一园,S4,121.0375,39.035\n", far] {
            let help = refused(text);
            assert!(help.contains("write it in study.toml") && help.contains("at the top: crs = \""), "{help}");
            assert!(!help.contains("estimated"), "{help}");
        }
    }

    // Two seats, 0.2 units apart, and no polygon: boundaries are cells around them.
    #[test]
    fn evidence_that_rests_on_estimated_boundaries_says_so() {
        let layers =
            "[[areas]]\nlevel = \"street\"\nfile = \"s.csv\"\ncrs = \"EPSG:4326\"\nestimate.radius = \"9 km\"\n";
        let seats = "code,name,lon,lat\nS1,甲,121.00,39.0\nS2,乙,121.03,39.0\n";
        let places = "name,街道代码,lon,lat\n一园,S1,121.001,39.0\n二园,S2,121.029,39.0\n";
        let files = [("s.csv", seats), ("k.csv", places)];
        let read = read_stating("", &["street"], &(layers.to_owned() + &kindergartens("k.csv")), &files);
        let help = &read.problems.kept()[0].help;
        assert!(help.en.contains("(by estimated boundaries)") && help.zh.contains("（按估算边界）"), "{help:?}");
    }

    #[test]
    fn few_places_prove_nothing() {
        let read = read_spread("crs = \"EPSG:4326\"\n", &spread(FEWEST - 1, "BD-09", false, 0));
        assert!(!read.said().contains(&"crs-fits-better: k.csv".to_owned()), "{:?}", read.said());
    }

    #[test]
    fn a_percentage_is_only_100_where_none_is_missing() {
        assert_eq!(
            [(0, 9), (1, 1000), (999, 1000), (1000, 1000), (1, 2)].map(|(share, n)| percent(share, n)),
            [0, 1, 99, 100, 50]
        );
    }

    proptest! {
        #[test]
        fn what_gains_no_more_than_it_loses_is_never_better(n in 20_usize..1000, own in 0_usize..1000, gained in 0_usize..500, more in 0_usize..500) {
            prop_assert!(!is_clearly_better(n, own.min(n), gained, gained + more));
        }
    }
}

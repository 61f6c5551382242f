//! Illustrative data: made-up people, facilities, values by year and estates for the real areas of a study.
//!
//! A recipe with a seed: the same areas, census and seed give the same bytes everywhere. Every row says that it is
//! illustrative, every name that it is an example. What is made up is enough to exercise every kind of check, with
//! promises kept, broken, and unknown for want of a cell.
//!
//! - [`columns`]: the columns of each file, which templates for real data use too
//! - `ground`: the streets and communities, and places in them
//! - one file a theme: `people`, `kindergartens`, `schools` (written by `school_files`), `jobs`, `care`, `series`, `estates`
//!
//! Levels go by their keys `city`, `district`, `street`, `community`, villages by the attribute `kind` of communities;
//! of levels that the study does not have nothing is made.

pub mod columns;

mod care;
mod chance;
mod estates;
mod ground;
mod jobs;
mod kindergartens;
mod people;
mod school_files;
mod schools;
mod series;
mod sheet;

use crate::model::World;
use crate::space::Crs;

/// A file of illustrative data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleFile {
    /// Its name, such as `people.csv`.
    pub name: String,
    /// Its text: UTF-8, lines end in LF.
    pub csv: String,
}

/// Illustrative data for the areas of `world`.
///
/// `census` gives persons by group for all areas together, by the keys of a census file (`total`, `60+`, `65+`, and ages
/// such as `0`, `1-4`, `5-9`, `10-14`); the sums over the communities are these, see `people`. What the census
/// does not give is a stated share of the total.
/// Coordinates are written in `crs`, in which the study reads its files.
pub fn generate(world: &World, crs: &Crs, census: &[(String, f64)], seed: u64) -> Vec<SampleFile> {
    let ground = ground::Ground::new(world, crs, seed);
    let people = people::People::new(&ground, census, seed);
    let estates = estates::plan(&ground, seed);
    let schools = schools::plan(&ground, &people, &estates, seed);
    vec![
        people.file(&ground),
        kindergartens::file(&ground, &people, seed),
        school_files::schools(&ground, &schools),
        school_files::special_schools(&ground, seed),
        school_files::class_sizes(&schools),
        jobs::service_points(&ground, seed),
        jobs::training(&ground, seed),
        jobs::incubators(&ground, seed),
        jobs::internships(&ground, seed),
        care::elderly_care(&ground, &people, seed),
        care::rehabilitation(&ground, seed),
        series::file(&ground, seed),
        estates::file(&ground, &estates),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::sketch::Sketch;

    // city > district > street a (0,0): villages a1, a2, community a3; street b (3,0): communities b1, b2;
    // street c, of which no place is known: village c1.
    fn world() -> World {
        Sketch::new(&["city", "district", "street", "community"])
            .area("city", "city", None, None, &[])
            .area("district", "district", Some("city"), None, &[])
            .area("street", "a", Some("district"), Some((0.0, 0.0)), &[])
            .area("street", "b", Some("district"), Some((3.0, 0.0)), &[])
            .area("street", "c", Some("district"), None, &[])
            .area("community", "a1", Some("a"), None, &[("kind", "village")])
            .area("community", "a2", Some("a"), None, &[("kind", "village")])
            .area("community", "a3", Some("a"), None, &[("kind", "community")])
            .area("community", "b1", Some("b"), None, &[("kind", "community")])
            .area("community", "b2", Some("b"), None, &[("kind", "community")])
            .area("community", "c1", Some("c"), None, &[("kind", "village")])
            .world()
    }

    fn census() -> Vec<(String, f64)> {
        let groups = [
            ("total", 20_011.0),
            ("0", 131.0),
            ("1-4", 768.0),
            ("5-9", 971.0),
            ("10-14", 757.0),
            ("60+", 3907.0),
            ("65+", 2673.0),
        ];
        groups.map(|(group, persons)| (group.to_owned(), persons)).to_vec()
    }

    fn rows(file: &SampleFile) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_reader(file.csv.as_bytes());
        reader.deserialize().map(|row| row.expect("a generated row is whole")).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let (first, again) =
            (generate(&world(), &Crs::wgs84(), &census(), 7), generate(&world(), &Crs::wgs84(), &census(), 7));
        assert_eq!(first, again);
        assert_ne!(first, generate(&world(), &Crs::wgs84(), &census(), 8));
    }

    #[test]
    fn persons_add_up_to_the_census() {
        let files = generate(&world(), &Crs::wgs84(), &census(), 1);
        let sum = |column: &str| -> u64 {
            rows(&files[0]).iter().map(|row| row[column].parse::<u64>().expect("a count is a whole number")).sum()
        };
        assert_eq!(sum("常住人口/residents"), 20_011);
        assert_eq!(sum("60岁及以上/elderly-60"), 3907);
        assert_eq!(sum("65岁及以上/elderly-65"), 2673);
        // 768 / 2 + 971 / 5, 971 * 4 / 5 + 757 * 2 / 5, 757 * 3 / 5.
        assert_eq!(
            (sum("3-5岁/children-3-5"), sum("小学学龄/primary-age"), sum("初中学龄/junior-age")),
            (578, 1080, 454)
        );
    }

    #[test]
    fn every_row_says_that_it_is_illustrative() {
        for file in generate(&world(), &Crs::wgs84(), &census(), 1) {
            assert!(file.name.ends_with(".csv"));
            for row in rows(&file) {
                assert_eq!(row["备注/remark"], "示例数据 illustrative", "{}", file.name);
            }
        }
    }

    #[test]
    fn where_no_place_is_known_none_is_made_up() {
        for file in generate(&world(), &Crs::wgs84(), &census(), 1) {
            for row in rows(&file).iter().filter(|row| row.get("区划代码/area-code").is_some_and(|code| code == "c1"))
            {
                assert_eq!(row.get("经度/lon").map_or("", String::as_str), "", "{}", file.name);
            }
        }
    }

    #[test]
    fn a_study_without_areas_gives_headers_only() {
        for file in generate(&Sketch::new(&["district"]).world(), &Crs::wgs84(), &census(), 1) {
            assert!(file.csv.lines().next().is_some_and(|header| header.contains('/')), "{}", file.name);
        }
    }
}

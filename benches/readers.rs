//! How long files take to read, each the best of several times: one line a file, for `benches/peers.py`.
//!
//! `cargo bench --bench readers -- [--within WEST,SOUTH,EAST,NORTH] FILE...`; a file may have a layer, `a.gpkg!roads`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::Path;
use std::time::Instant;

use evenreach::read::input;
use evenreach::read::problem::Problems;
use evenreach::read::read_table;
use evenreach::read::table::Wish;
use geo::Rect;

/// A file is read this often.
const TIMES: usize = 5;

fn main() {
    let mut wish = Wish::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--within" => wish.within = arguments.next().as_deref().and_then(region),
            // Cargo says that this is a benchmark.
            "--bench" | "--test" => {}
            file => println!("{}", told(file, &wish)),
        }
    }
}

fn region(text: &str) -> Option<Rect<f64>> {
    let sides: Vec<f64> = text.split(',').map_while(|side| side.parse().ok()).collect();
    let &[west, south, east, north] = sides.as_slice() else { return None };
    Some(Rect::new((west, south), (east, north)))
}

/// The file, milliseconds, rows and bytes, parted by tabs; or why it is not read.
fn told(argument: &str, wish: &Wish) -> String {
    let (file, layer) = match argument.split_once('!') {
        Some((file, layer)) if !Path::new(argument).exists() => (file, Some(layer.to_owned())),
        _ => (argument, None),
    };
    let wish = Wish { layer, ..wish.clone() };
    let mut problems = Problems::default();
    let name = Path::new(file).file_name().map_or(file.into(), |name| name.to_string_lossy());
    let Some(found) = input::read(Path::new(file), &name, &mut problems) else {
        return format!("{argument}\tnot read: {}", problems.kept()[0]);
    };
    let mut best = f64::INFINITY;
    let mut n_rows = 0;
    for _ in 0..TIMES {
        let start = Instant::now();
        let table = read_table(&found, &wish, &mut problems);
        best = best.min(start.elapsed().as_secs_f64());
        match table {
            Some(table) => n_rows = table.n_rows,
            None => return format!("{argument}\tnot read: {}", problems.kept()[0]),
        }
    }
    format!("{argument}\t{:.1}\t{n_rows}\t{}", best * 1000.0, found.n_bytes())
}

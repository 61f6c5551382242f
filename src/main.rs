//! Arguments in, exit code out.
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    match evenreach::read::read_study(std::path::Path::new(&folder), &Default::default(), &|file| eprintln!("{file}")) {
        Ok(read) => {
            println!("{} areas {} facilities {} people {} packs", read.world.areas.len(), read.world.facilities.len(), read.world.people.len(), read.packs.len());
            for p in read.problems.kept() { println!("{p}"); }
        }
        Err(evenreach::read::Failure::Refused(all)) => for r in all { println!("{r}") },
        Err(evenreach::read::Failure::Problems(ps)) => for p in ps.kept() { println!("{p}") },
    }
}

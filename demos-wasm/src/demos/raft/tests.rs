use crate::demos::find;
use crate::figure::Settings;

fn play(scenario: &str, seed: u64, steps: usize) -> Vec<String> {
    let settings = Settings { seed, scenario: Some(scenario.to_owned()), options: Vec::new() };
    let mut run = find("raft-election").unwrap().open(&settings).unwrap();
    while run.position() < steps && run.forward() {}
    run.records()
        .iter()
        .map(|r| {
            format!(
                "{:5} {} {}{}",
                r.at.0,
                r.sentence,
                r.note.clone().map(|n| format!("\n      >> {n}")).unwrap_or_default(),
                r.violation.clone().map(|v| format!("\n !!! {v:?}")).unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn look() {
    for s in ["election", "split-vote", "leader-crash", "partition", "rejoin", "one-way", "figure-8"] {
        println!("=== {s}\n{}", play(s, 7, 400).join("\n"));
    }
}

#!/usr/bin/env python3
"""Runs the mutants that `cargo mutants` would make of files of `demos-wasm`, all compiled at once.

    python3 tests/mutants/mutants.py --work /tmp/mutants demos-wasm/src/sim/clock.rs ...

`cargo mutants --list` says which there are. Compiling each by itself would take most of the time, so a copy of the tree gets all
of them: the body of a function with mutants becomes a `match` whose arms are the body and its mutated versions, and a variable of
the environment says which arm is taken. Arms that don't compile are taken out until the rest does. Then the test programs run
once a mutant, cheap ones first, until something fails.

Random tests have fewer seeds in the copy (see SEEDS), so what is caught there is caught by `cargo test`. Results are written down as
they come, one JSON object a line, in WORK/results.jsonl; a mutant that is in there isn't run again.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

VARIABLE = "DEMOS_MUTANT"

# What reads the variable. A test that fails ends its program at once: one failure is enough.
SWITCH = """
#[doc(hidden)]
pub mod mutant {
    static ACTIVE: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        let number = std::env::var("DEMOS_MUTANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0);
        if number > 0 && std::env::var_os("DEMOS_MUTANT_QUICK").is_some() {
            std::panic::set_hook(Box::new(|_| std::process::exit(101)));
        }
        number
    });
    #[inline]
    pub fn active() -> u32 {
        *ACTIVE
    }
}
"""

# Fewer seeds, and a search for a breach that isn't repeated with all rules in force.
SEEDS = [
    ("demos-wasm/src/demos/raft/tests/torment.rs", r"0\.\.1_000\b", "0..60"),
    ("demos-wasm/src/demos/raft/tests/torment.rs", r"0\.\.2_000\b", "0..120"),
    ("demos-wasm/src/demos/raft/tests/timed.rs", r"0\.\.1_000\b", "0..60"),
    ("demos-wasm/src/demos/raft/tests/mutations.rs", r"for seed in 0\.\.seeds", "for seed in 0..seeds / 100"),
]

# Test programs in the order in which they run: (program, arguments). The library's own tests are `demos`.
STAGES = [
    ("demos", ["sim::"]),
    ("demos", ["raft::", "--skip", "torment", "--skip", "mutations", "--skip", "timed"]),
    ("demos", ["torment", "timed"]),
    ("history", []),
    ("command", []),
    ("every_demo", []),
    ("demos", ["raft::tests::mutations"]),
    ("demos", ["explore::", "shell::", "check::", "view::"]),
]


def offsets(text):
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return lambda place: starts[place["line"] - 1] + place["column"] - 1


def body_of(text, start, end):
    """Where the braces of the function's body are."""
    # What is documented begins with its documentation.
    start = re.compile(r"^ *(?:pub(?:\([a-z]+\))? )?(?:const )?fn |\bfn (?=\w+[(<])", re.M).search(text, start, end).start()
    depth = 0
    for place in range(start, end):
        letter = text[place]
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "{" and depth == 0:
            return place, end - 1
    raise ValueError("a function without a body")


def rewrite(text, mutants, left_out, apart):
    """The file's text with every mutant that isn't left out, and which lines belong to which mutant."""
    at = offsets(text)
    functions = collections.OrderedDict()
    for mutant in mutants:
        span = mutant["function"]["span"]
        functions.setdefault((at(span["start"]), at(span["end"])), []).append(mutant)
    pieces, done = [], 0
    for (start, end), group in sorted(functions.items()):
        opening, closing = body_of(text, start, end)
        # A constant can't read the environment: these are left to `cargo mutants`.
        if re.search(r"^ *(?:pub )?const fn ", text[start:opening], re.M):
            apart.update(mutant["number"] for mutant in group)
            continue
        header = text[done:opening]
        body = text[opening : closing + 1]
        boxed = re.search(r"->\s*impl (Iterator<Item = [^>]+(?:<[^>]*>)?>)", text[start:opening])
        wrap = (lambda arm: arm)
        if boxed:
            life = " + '_" if "'_" in text[start:opening] or "&self" in text[start:opening] or "&World" in text[start:opening] else ""
            if "use<P>" in text[start:opening]:
                life = ""
            wrap = lambda arm, kind=boxed.group(1), life=life: f"(Box::new({arm}) as Box<dyn {kind}{life}>)"
        pieces.append((None, header + "{ match crate::mutant::active() {\n"))
        for mutant in group:
            if mutant["number"] in left_out:
                continue
            one, other = at(mutant["span"]["start"]) - opening, at(mutant["span"]["end"]) - opening
            mutated = body[:one] + mutant["replacement"] + body[other:]
            pieces.append((mutant["number"], f"{mutant['number']} => {wrap(mutated)},\n"))
        pieces.append((None, f"_ => {wrap(body)} }} }}"))
        done = closing + 1
    pieces.append((None, text[done:]))
    lines, line, result = [], 1, []
    for number, piece in pieces:
        count = piece.count("\n")
        if number is not None:
            lines.append((line, line + count, number))
        line += count
        result.append(piece)
    return "".join(result), lines


def copy_tree(root, tree):
    names = subprocess.run(["git", "-C", root, "ls-files"], check=True, capture_output=True, text=True).stdout.split("\n")
    for name in filter(None, names):
        source, target = os.path.join(root, name), os.path.join(tree, name)
        if not os.path.exists(source):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target) or open(source, "rb").read() != open(target, "rb").read():
            shutil.copyfile(source, target)


def write(path, text):
    if open(path).read() != text:
        with open(path, "w") as file:
            file.write(text)


def cargo(tree, target, *arguments):
    environment = dict(os.environ, CARGO_TARGET_DIR=target, CARGO_PROFILE_DEV_DEBUG="0", CARGO_INCREMENTAL="1")
    command = ["cargo", *arguments, "-p", "demos-wasm", "--tests", "--locked", "--message-format=json"]
    run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    return run, [json.loads(line) for line in run.stdout.split("\n") if line.startswith("{")]


def culprits(messages, tree, lines):
    """The mutants in whose arms something doesn't compile."""
    found, elsewhere = set(), []
    for message in messages:
        error = message.get("message")
        if message.get("reason") != "compiler-message" or error["level"] != "error":
            continue
        numbers = set()
        # The primary places first; what else is named may be the arm that is fine.
        for primary in (True, False):
            for span in error["spans"]:
                if span["is_primary"] == primary and not numbers:
                    path = os.path.normpath(span["file_name"])
                    numbers |= {n for a, b, n in lines.get(path, []) if a <= span["line_start"] <= b}
        found |= numbers
        if not numbers and error["spans"]:
            elsewhere.append(error["rendered"])
    return found, elsewhere


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--work", required=True, help="folder for the copy, what is compiled, and the results")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", help="a regular expression for the mutants' names")
    parser.add_argument("--again", action="store_true", help="run those again that lived")
    arguments = parser.parse_args()
    root = subprocess.run(["git", "rev-parse", "--show-toplevel"], check=True, capture_output=True, text=True).stdout.strip()
    tree, target = os.path.join(arguments.work, "tree"), os.path.join(arguments.work, "target")
    results = os.path.join(arguments.work, "results.jsonl")

    listing = ["cargo", "mutants", "--list", "--json", "-p", "demos-wasm"]
    for file in arguments.files:
        listing += ["-f", file]
    mutants = json.loads(subprocess.run(listing, cwd=root, check=True, capture_output=True, text=True).stdout)
    for number, mutant in enumerate(mutants, 1):
        mutant["number"] = number
    by_number = {mutant["number"]: mutant for mutant in mutants}
    print(f"{len(mutants)} mutants", flush=True)

    copy_tree(root, tree)
    for path, pattern, fewer in SEEDS:
        path = os.path.join(tree, path)
        write(path, re.sub(pattern, fewer, open(path).read()))
    library = os.path.join(tree, "demos-wasm/src/lib.rs")
    text = open(library).read().replace("#![cfg_attr(not(test), no_std)]", "#![allow(warnings)]")
    write(library, text.replace("pub mod check;", SWITCH + "pub mod check;", 1))

    left_out, apart = set(), set()
    while True:
        lines = {}
        for file in sorted({mutant["file"] for mutant in mutants}):
            group = [mutant for mutant in mutants if mutant["file"] == file]
            text, lines[file] = rewrite(open(os.path.join(root, file)).read(), group, left_out, apart)
            write(os.path.join(tree, file), text)
        started = time.time()
        run, messages = cargo(tree, target, "check")
        bad, elsewhere = culprits(messages, tree, lines)
        print(f"checked in {time.time() - started:.0f} s: {len(bad)} mutants don't compile", flush=True)
        if run.returncode == 0:
            break
        if not bad - left_out:
            sys.exit("\n".join(elsewhere)[:4000] or run.stderr)
        left_out |= bad

    started = time.time()
    run, messages = cargo(tree, target, "test", "--no-run")
    if run.returncode != 0:
        sys.exit(run.stderr)
    programs = {
        message["target"]["name"]: message["executable"]
        for message in messages
        if message.get("executable") and message["profile"]["test"] and "bin" not in message["target"]["kind"]
    }
    print(f"compiled in {time.time() - started:.0f} s", flush=True)

    def stage(program, options, number, timeout):
        environment = dict(os.environ, **{VARIABLE: str(number), "DEMOS_MUTANT_QUICK": "1"})
        command = [programs[program], "--test-threads=1", "-q", *options]
        try:
            run = subprocess.run(command, cwd=os.path.join(tree, "demos-wasm"), env=environment, capture_output=True, timeout=timeout)
            return ("passed" if run.returncode == 0 else "failed"), run.stdout.decode(errors="replace")[-2000:]
        except subprocess.TimeoutExpired:
            return "unending", ""

    limits = []
    for program, options in STAGES:
        started = time.time()
        outcome, told = stage(program, options, 0, 900)
        took = time.time() - started
        print(f"{program} {' '.join(options)}: {outcome} in {took:.1f} s", flush=True)
        if outcome != "passed":
            sys.exit(told)
        limits.append(took * 4 + 5)

    known = {}
    if os.path.exists(results):
        for line in open(results):
            one = json.loads(line)
            known[one["name"]] = one["outcome"]
    file, lock = open(results, "a"), threading.Lock()

    def note(mutant, outcome, by):
        with lock:
            known[mutant["name"]] = outcome
            file.write(json.dumps({"name": mutant["name"], "outcome": outcome, "by": by}) + "\n")
            file.flush()
            if outcome == "lives":
                print("lives:", mutant["name"], flush=True)

    def judge(mutant):
        for (program, options), limit in zip(STAGES, limits):
            outcome, _ = stage(program, options, mutant["number"], limit)
            if outcome != "passed":
                return note(mutant, {"failed": "caught", "unending": "doesn't end"}[outcome], f"{program} {' '.join(options)}")
        note(mutant, "lives", "")

    todo = []
    for mutant in mutants:
        if mutant["number"] in left_out:
            if known.get(mutant["name"]) != "doesn't compile":
                note(mutant, "doesn't compile", "")
        elif mutant["number"] in apart:
            print("in a constant function:", mutant["name"], flush=True)
        elif arguments.only and not re.search(arguments.only, mutant["name"]):
            continue
        elif mutant["name"] not in known or arguments.again and known[mutant["name"]] == "lives":
            todo.append(mutant)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(judge, todo))
    for path in sorted({mutant["file"] for mutant in mutants}):
        counts = collections.Counter(known.get(m["name"], "not run") for m in mutants if m["file"] == path)
        print(path, sum(counts.values()), dict(counts))


main()

#!/usr/bin/env python3
"""Times a cold build of a tree of Markdown by site-gen and by Hugo, in interleaved rounds, and prints ratios.

    python3 bench.py DOCS --ours target/release/site-gen [--hugo PROGRAM] [--rounds 9]

Hugo is looked for on the PATH when it isn't named. What each does in a run stands in README.md beside this file. Another
peer needs a function that makes a project of the tree, and its command. Needs Python 3.9 and a POSIX system.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HUGO_CONFIG = """\
baseURL = "https://example.org/"
title = "Track"
disableKinds = ["taxonomy", "term", "rss"]
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.renderHooks.link]
useEmbedded = "always"
[markup.highlight]
noClasses = false
"""

# A page as ours has it: title, navigation of tracks and of the section, breadcrumbs, contents, previous and next.
HUGO_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title><link rel="stylesheet" href="/style.css"></head>
<body><nav>
{{ range site.Home.Sections }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a>{{ end }}
{{ range .CurrentSection.Pages }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a>{{ end }}
</nav><main>
{{ range .Ancestors.Reverse }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a>{{ end }}
{{ .Content }}
{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .LinkTitle }}</a>{{ end }}
</main><aside>{{ .TableOfContents }}</aside></body></html>
"""


def pages(docs):
    """Every page by its path, sorted by number where a name has one; an index comes first in its folder."""

    def place(path):
        names = ["" if part == "README.md" else part for part in path.parts]
        return [[int(piece) if piece.isdigit() else 0 for piece in re.split(r"(\d+)", name)] + [name] for name in names]

    paths = [path.relative_to(docs) for path in docs.rglob("*.md")]
    return {path: (docs / path).read_text(encoding="utf-8") for path in sorted(paths, key=lambda path: str(place(path)))}


def title(path, text):
    """A page's first heading of the first level, without markup; else its name."""
    found = re.search(r"^#\s+(.+?)\s*#*$", text, re.MULTILINE)
    return re.sub(r"[`*]", "", found.group(1)) if found else path.stem


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def ours_project(docs, project):
    write(project / "site.toml", 'title = "Track"\n')
    shutil.copytree(docs, project / "content")


def hugo_project(docs, project):
    """Front matter with title and order, and `README.md` as `_index.md`; the text stays as it is."""
    write(project / "hugo.toml", HUGO_CONFIG)
    write(project / "static/style.css", "body { font: 1rem sans-serif }\n")
    for layout in ["home", "list", "single", "section"]:
        write(project / f"layouts/_default/{layout}.html", HUGO_PAGE)
    for weight, (path, text) in enumerate(pages(docs).items(), start=1):
        name = path.with_name("_index.md") if path.name == "README.md" else path
        matter = f"---\ntitle: {json.dumps(title(path, text))}\nweight: {weight}\n---\n"
        # A shortcode is Hugo's own syntax, which these pages show but don't mean.
        shown = re.sub(r"{{([<%])(.*?)([>%])}}", r"{{\1/*\2*/\3}}", text)
        write(project / "content" / name, matter + shown)


PROJECTS = {"ours": ours_project, "hugo": hugo_project}


def command(name, program, project, out):
    return {
        "ours": [program, "build", "--config", project / "site.toml", "--demos", "none", "--out", out],
        "hugo": [program, "--source", project, "--destination", out, "--quiet"],
    }[name]


def run(name, program, project, out):
    """One cold build: wall seconds, processor seconds, peak MB, bytes and pages written."""
    for left in [out, project / "resources", project / ".hugo_build.lock"]:
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command(name, program, project, out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"{name} failed:\n{said.decode(errors='replace')[-2000:]}")
    files = [path for path in out.rglob("*") if path.is_file()]
    return {
        "wall": wall,
        "CPU": used.ru_utime + used.ru_stime,
        "peak memory": used.ru_maxrss / 1024,
        "output": sum(path.stat().st_size for path in files),
        "pages": sum(path.suffix == ".html" for path in files),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docs", type=Path)
    parser.add_argument("--ours", default="target/release/site-gen")
    parser.add_argument("--hugo", default=shutil.which("hugo"))
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    programs = {name: getattr(options, name) for name in PROJECTS if getattr(options, name)}
    with tempfile.TemporaryDirectory() as folder:
        for name in programs:
            PROJECTS[name](options.docs.resolve(), Path(folder, name))
        runs = {name: [] for name in programs}
        # The first round warms the caches of the file system and doesn't count.
        for number in range(options.rounds + 1):
            for name, program in programs.items():
                result = run(name, program, Path(folder, name), Path(folder, name + "-out"))
                if number > 0:
                    runs[name].append(result)
    print(f"{len(pages(options.docs))} files of Markdown, {options.rounds} rounds; each ratio is the median of the rounds' ratios\n")
    measures = ["wall", "CPU", "peak memory", "output"]
    print("| site-gen / peer | " + " | ".join(measures) + " | pages |\n" + "|---" * (len(measures) + 2) + "|")
    for name in programs.keys() - {"ours"}:
        pairs = list(zip(runs["ours"], runs[name]))
        ratios = [statistics.median(ours[measure] / peer[measure] for ours, peer in pairs) for measure in measures]
        counts = f"{runs['ours'][-1]['pages']} / {runs[name][-1]['pages']}"
        print(f"| {name} | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + f" | {counts} |")


if __name__ == "__main__":
    main()

"""`python3 -m training.generate --count 100000 --seed 1 --out FILE`: examples as JSON lines."""

import argparse
import json
import sys
from itertools import islice

from . import examples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="-")
    options = parser.parse_args()
    out = sys.stdout if options.out == "-" else open(options.out, "w", encoding="utf-8")
    for example in islice(examples(options.seed), options.count):
        out.write(json.dumps(example, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

"""Adapt models to sources that they never saw, and measure what labels are worth."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.checkout import ROOT, write_json
from spamsms.training.config import read_config
from spamsms.training.learning_curves import DRAWS, SIZES, format_learning_curve, measure_learning_curve
from spamsms.training.train import prepare_data


def main() -> None:
    """Measure, print tables, write figures and a chart where asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapting", description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, metavar="PATH", help="labelled files, or folders")
    parser.add_argument("--source", nargs="+", required=True, metavar="NAME", help="sources to take out")
    parser.add_argument("--config", default=str(ROOT / "models" / "zh" / "training.toml"), metavar="FILE")
    parser.add_argument("--seed", type=int, metavar="N", help="another split than the configuration's")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="N", help="numbers of labels")
    parser.add_argument("--draws", type=int, default=DRAWS, metavar="N", help="how often labels are drawn")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--figure", metavar="FILE", help="draw the curves there, as .png or .svg")
    args = parser.parse_args()
    config = read_config(args.config)
    if args.seed is not None:
        config = replace(config, seed=args.seed)
    data = prepare_data(args.data, config)
    curves = []
    for source in args.source:
        curves.append(
            measure_learning_curve(
                data,
                config,
                source,
                sizes=args.sizes,
                draws=args.draws,
                report=lambda step: print(step, file=sys.stderr, flush=True),
            )
        )
        print(format_learning_curve(curves[-1]) + "\n", flush=True)
    if args.json:
        write_json(Path(args.json), [curve.to_dict() for curve in curves])
    if args.figure:
        import matplotlib.pyplot as plt

        from spamsms.plots import plot_learning_curve

        figure, axes = plt.subplots(
            1, len(curves), figsize=(6 * len(curves), 4), layout="constrained", squeeze=False
        )
        for curve, ax in zip(curves, axes[0], strict=True):
            plot_learning_curve(curve, ax=ax)
        figure.savefig(args.figure, dpi=150)


if __name__ == "__main__":
    main()

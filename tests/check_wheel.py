"""Use an installed wheel as a newcomer would; run from outside the checkout, by ``.ci/run``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADVERT = "【优选商城】双11狂欢价直降,满300减50,戳 t.cn/Ab12 抢券,退订回T"
PARCEL = "您的取件码是 8-2-3301,请到菜鸟驿站取件"


def main() -> None:
    import spamsms

    home = Path(spamsms.__file__).resolve().parent
    assert "site-packages" in home.parts, f"{home} is the checkout, not the wheel"
    assert (home / "models" / "zh" / "manifest.json").exists(), "the wheel lacks the packaged model"
    assert (home / "py.typed").exists(), "the wheel lacks py.typed"
    assert (home / "corpus" / "messages.tsv").exists(), "the wheel lacks the corpus"
    assert (home / "data" / "labels.tsv").exists(), "the wheel lacks the labels of public messages"
    assert spamsms.classify(ADVERT).action == "block"
    assert spamsms.classify(PARCEL).action == "pass"
    command = Path(sys.executable).with_name("spamsms")
    done = subprocess.run([command, "check", ADVERT, PARCEL], capture_output=True, check=True)
    shown = done.stdout.decode()
    assert [line.split()[0] for line in shown.splitlines()[:2]] == ["block", "pass"], shown
    rows = subprocess.run(
        [command, "check", "--format", "jsonl", ADVERT], capture_output=True, check=True
    ).stdout.decode()
    assert json.loads(rows)["action"] == "block"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "my-model")
        subprocess.run([command, "train", "--data", "corpus", "--out", out], capture_output=True, check=True)
        assert spamsms.load_model(out).classify(ADVERT).is_spam
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import spamsms; spamsms.is_spam({PARCEL!r})"], check=True)
    print(f"{spamsms.__version__} from {home}; a fresh process took {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()

"""``asn demo``: sample exposures, two commands on them that look at nothing but headers, and why each file is where it is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from asn_fp import api
from asn_fp.cli.plan import Plan
from asn_fp.codec import dumps
from asn_fp.errors import FileError, message, raise_all
from asn_fp.files import read_bytes
from asn_fp.intake import as_one_candidate
from asn_fp.records import Association, Exposures
from asn_fp.show import tree
from asn_fp.sources.samples import exposures_of, fits_bytes, nircam_coronagraphy, nirspec_ifu

__all__ = ["demo"]


def demo(folder: str) -> Plan:
    """Return the plan that writes the samples, lets the rule ``auto`` make associations of them, and shows what came out.

    Args:
        folder: where everything goes; it is made if it is missing.

    >>> [path for path, _ in demo("asn_demo").files if path.endswith(".json")]
    ['asn_demo/l2_asn.json', 'asn_demo/l3_asn.json']
    """
    folder = folder.rstrip("/") or folder
    nods, rolls = (tuple(sorted(samples)) for samples in (nirspec_ifu(), nircam_coronagraphy()))
    written = tuple((f"{folder}/{name}", fits_bytes((name, header))) for name, header in (*nods, *rolls))
    seen = [as_one_candidate(exposures_of(samples)) for samples in (nods, rolls)]
    made = [api.asn_from_list(exposures, "auto") for exposures in seen]
    files = tuple((f"{folder}/{name}", dumps(each)) for name, each in zip(("l2_asn.json", "l3_asn.json"), made, strict=True))
    _refuse_foreign(written, files)
    return Plan((*written, *files), (folder,), _told(folder, len(written), made, seen))


def _told(folder: str, samples: int, made: Sequence[Association], seen: Sequence[Exposures]) -> str:
    """Return the commands that make the same again, what they made, where it is, and why each file is where it is."""
    paths = [f"{folder}/l2_asn.json", f"{folder}/l3_asn.json"]
    return "\n".join(
        [
            f"{samples} sample exposures (FITS files with headers only) in {folder}/: NIRSpec IFU nods with",
            "leakcals and a dedicated background, and two NIRCam coronagraphic rolls with PSF references.",
            "",
            f"cd {shlex.quote(folder)}",
            "asn_from_list -o l2_asn.json -r auto jw01234*_rate.fits",
            "asn_from_list -o l3_asn.json -r auto jw01234*_calints.fits",
            "",
            tree(made, titles=paths, limit=4).rstrip("\n"),
            "",
            "written:",
            *(f"  {path}" for path in paths),
            "",
            "asn explain auto jw01234*_rate.fits",
            str(api.explain("auto", seen[0])),
            "",
            "asn explain auto jw01234*_calints.fits",
            str(api.explain("auto", seen[1])),
            "",
        ]
    )


def _refuse_foreign(samples: Sequence[tuple[str, bytes]], made: Sequence[tuple[str, object]]) -> None:
    """Refuse to replace files that no demo made: a sample that differs, an association where there are no samples."""
    found = [(path, content) for path, content in samples if Path(path).exists()]
    foreign = [path for path, content in found if read_bytes(path) != content]
    foreign += [path for path, _ in made if Path(path).exists() and not found]
    way_out = "give another folder: asn demo FOLDER"
    raise_all(FileError, [message("output file", "there already, and not from a demo", path, way_out) for path in foreign])

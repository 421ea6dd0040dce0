"""``asn demo``: sample exposures, the two documented commands on them, and what they make."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from asn_fp.cli.plan import Plan
from asn_fp.codec import loads
from asn_fp.errors import FileError, message, raise_all
from asn_fp.files import read_bytes
from asn_fp.show import tree
from asn_fp.sources.samples import fits_bytes, nircam_coronagraphy, nirspec_ifu

__all__ = ["demo"]

_L3_NAME = "jw01234-c1001_t003_nircam_f444w-maskrnd-sub320a335r"


def demo(folder: str, from_list: Callable[..., Plan]) -> Plan:
    """Return the plan that writes the samples, runs ``from_list`` on them twice, and shows what came out.

    Args:
        folder: where everything goes; it is made if it is missing.
        from_list: the command ``asn_from_list``.

    >>> from asn_fp.cli.commands import from_list
    >>> plan = demo("asn_demo", from_list)
    >>> [path for path, _ in plan.files if path.endswith(".json")]
    ['asn_demo/l2_asn.json', 'asn_demo/l3_asn.json']
    """
    folder = folder.rstrip("/") or folder
    nods, rolls = (sorted(samples) for samples in (nirspec_ifu(), nircam_coronagraphy()))
    sky = [name for name, header in nods if header["BKGDTARG"] and not header["IS_IMPRT"]]
    leakcals = [name for name, header in nods if header["IS_IMPRT"]]
    stars = [name for name, header in rolls if header["IS_PSF"]]
    written = tuple((f"{folder}/{name}", fits_bytes((name, header))) for name, header in (*nods, *rolls))
    stage_2 = _run(from_list, folder, [name for name, _ in nods], "l2_asn.json", rule="DMSLevel2bBase",
                   background=sky, imprint=leakcals, by=["detector"])  # fmt: skip
    stage_3 = _run(from_list, folder, [name for name, _ in rolls], "l3_asn.json", product_name=_L3_NAME, psf=stars, id="c1001")
    made = (*stage_2.files, *stage_3.files)
    _refuse_foreign(written, made)
    return Plan((*written, *made), (folder,), _told(folder, len(written), made))


def _told(folder: str, samples: int, made: Sequence[tuple[str, object]]) -> str:
    """Return the commands that make the same again, what they made, and where it is."""
    return "\n".join(
        [
            f"{samples} sample exposures (FITS files with headers only) in {folder}/: a NIRSpec IFU observation with",
            "leakcals and a dedicated background, and two NIRCam coronagraphic rolls with PSF references.",
            "",
            f"cd {shlex.quote(folder)}",
            "asn_from_list -o l2_asn.json -r DMSLevel2bBase --by detector \\",
            "    --background 'jw01234002001_02101_*' --imprint 'jw01234*_02103_*' jw01234*_rate.fits",
            f"asn_from_list -o l3_asn.json --product-name {_L3_NAME} -i c1001 \\",
            "    --psf 'jw01234005*' jw01234*_calints.fits",
            "",
            tree([loads(str(content)) for _, content in made], titles=[path for path, _ in made], limit=4).rstrip("\n"),
            "",
            "written:",
            *(f"  {path}" for path, _ in made),
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


def _run(from_list: Callable[..., Plan], folder: str, names: Sequence[str], output: str, **options: Any) -> Plan:
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    return from_list(files=tuple(names), output_file=f"{folder}/{output}", **given)

"""What several commands do alike: association files that are read, and warnings as lines."""

from __future__ import annotations

import warnings

import pytest

from asn_fp.cli.reading import read_associations, with_warnings
from asn_fp.errors import AsnError, AsnWarning


def test_texts_come_as_they_are(cli) -> None:
    """Each file gives its text, with a byte order mark if it has one, and the association in it."""
    cli.from_list("-o", "l3_asn.json", "--product-name", "p", "a_cal.fits")
    text = "\ufeff" + (cli.folder / "l3_asn.json").read_text(encoding="utf-8")
    cli.write("marked_asn.json", text)
    (one, first), (two, second) = read_associations(["l3_asn.json", "marked_asn.json"])
    assert (f"\ufeff{one}", two) == (text, text)
    assert first == second


def test_all_that_cannot_be_read_is_one_error(cli) -> None:
    """Every file that is no association is told, on a line each that names it, whatever it is called."""
    cli.write("odd\nname.json", "{]")
    with pytest.raises(AsnError) as caught:
        read_associations(["gone.json", "odd\nname.json", "."])
    lines = str(caught.value).splitlines()
    assert [line.partition(" (")[0] for line in lines] == ["input file", r"odd\nname.json: association text", "input file"]


@pytest.mark.filterwarnings("ignore::asn_fp.errors.AsnWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_warning_is_a_line() -> None:
    """A warning of ours is told each time, line by line, also where it is ignored otherwise; what is for developers is not."""

    def work() -> int:
        for _ in range(2):
            warnings.warn("one\ntwo", AsnWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return 3

    assert with_warnings(work) == (3, ("warning: one", "warning: two") * 2)

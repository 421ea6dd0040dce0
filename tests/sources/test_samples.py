"""The samples of the demonstration are what reading their files gives."""

import pytest

from asn_fp.files import write_all
from asn_fp.sources.derive import derive
from asn_fp.sources.headers import read_headers
from asn_fp.sources.samples import exposures_of, fits_bytes, nircam_coronagraphy, nirspec_ifu


@pytest.mark.parametrize("samples", [nirspec_ifu(), nircam_coronagraphy()], ids=["nirspec", "nircam"])
def test_samples_are_what_their_files_hold(samples, tmp_path, monkeypatch):
    """Exposures made of the samples equal those read from the files that are written of them."""
    monkeypatch.chdir(tmp_path)
    write_all((name, fits_bytes((name, header))) for name, header in samples)
    assert exposures_of(samples) == derive(read_headers([name for name, _ in samples]))

"""What is given to a function in Python in the place of something else: one clear error, and never a bare TypeError."""

import pytest

from asn_fp.codec import dumps
from asn_fp.errors import AsnError, ItemError, KnobError
from asn_fp.gather import gather
from asn_fp.generate import generate
from asn_fp.records import Association
from asn_fp.sources.derive import derive
from asn_fp.sources.pools import parse_pool

ASN = Association(products=())
GIVEN = {
    "like": (lambda: dumps(ASN, like=3), KnobError, "like (not a text): 3; give the text of a file"),
    "ids": (lambda: generate((), ids="o001"), ItemError, "ids (one text where a list belongs): 'o001'; put it in a list"),
    "rules": (lambda: generate((), rules=["x"]), KnobError, "rules (not a dictionary of names and rules): ['x']; for example"),
    "names to generate": (lambda: generate(["a.fits"]), KnobError, "exposures (not ones): 'a.fits'; give what"),
    "a name to derive": (lambda: derive("x"), KnobError, "exposures (not ones): 'x'; give what"),
    "a pool": (lambda: parse_pool(b"filename"), KnobError, "pool (not a text): b'filename'; give what a pool file holds"),
    "gather": (lambda: gather(ASN, "d"), KnobError, "association file (not a path): 'Association'; give the path"),
}


@pytest.mark.parametrize(("call", "error", "told"), GIVEN.values(), ids=GIVEN)
def test_what_is_wrong_is_told(call, error, told):
    """Something of another type is an error of ours in one line, which says what to give."""
    with pytest.raises(AsnError) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)

"""What candidates, targets and dither positions leave of products and their imprints."""

from asn_fp.names import parse
from asn_fp.records import Bundle, Draft, Exposure, Partner
from asn_fp.transforms import prune_imprints
from asn_fp.transforms.admit import why_pruned


def test_why_pruned():
    """An imprint that was left out is told whose target or dither position the others share."""
    meta = {"targetid": "1", "dithptin": "1"}
    lead = Exposure(0, parse("s1_rate.fits"), meta=meta)
    own, other, far = (
        Exposure(at, parse(f"i{at}_rate.fits"), "imprint", meta={**meta, **changes})
        for at, changes in enumerate(({}, {"dithptin": "2"}, {"targetid": "2"}), 1)
    )
    extra = tuple(Partner("imprint", each.name.text, each) for each in (own, other, far))
    before = Draft((Bundle(leads=(lead,), extra=extra),), (lead, own, other, far))
    kept = [partner.source for partner in prune_imprints(before).bundles[0].extra]
    assert kept == [own]
    reasons = [why_pruned(before, each) for each in (own, other, far)]
    assert [reason.differing if reason else None for reason in reasons] == [
        None,
        (("dithptin", "2", "1"),),
        (("targetid", "2", "1"),),
    ]

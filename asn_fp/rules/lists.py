"""Rules for a plain list of files, as ``asn_from_list`` takes it."""

from __future__ import annotations

from collections.abc import Callable

from asn_fp import steps as s
from asn_fp.errors import KnobError, ProductError, message
from asn_fp.keys import By
from asn_fp.pipeline import Rule, rule
from asn_fp.predicates import is_science
from asn_fp.records import Associations, Bundle, Items
from asn_fp.vocabulary import PARTNER_EXPTYPES

__all__ = ["Association", "DMSLevel2bBase", "DMS_Level3_Base", "level2", "level3", "needs_a_product_name"]

ListRule = Rule[Items, Associations]
NamingFunction = Callable[[object, int], str]


def DMSLevel2bBase(  # noqa: N802  the peer's name
    *, product_name: str | None = None, product_name_func: NamingFunction | None = None, by: By = ()
) -> ListRule:
    """Make one stage-2 product for each science file, as jwst's rule of this name does.

    Association type: not said. Pipelines: calwebb_image2, calwebb_spec2. Every background, imprint, selfcal,
    target_acquisition, sourcecat, segmap and direct_image file becomes a member of the products it agrees with.

    Args:
        product_name: the name of the one product, or a template such as "{stem}_mine".
        product_name_func: a function (item, number from 1) that gives the name of each product.
        by: what a partner must share with a science file: program, observation, visit, activity, exposure, segment, detector.
    """
    return _stage_2("DMSLevel2bBase", _naming(product_name, product_name_func, "{product}"), by)


def level2(*, product_name: str | None = None, product_name_func: NamingFunction | None = None, by: By = ()) -> ListRule:
    """Make one stage-2 product for each science file, with the program filled from the names.

    As DMSLevel2bBase, and better: product names without folders, program and asn_id from the names, names checked.

    Args:
        product_name: the name of the one product, or a template such as "{stem}_mine".
        product_name_func: a function (item, number from 1) that gives the name of each product.
        by: what a partner must share with a science file: program, observation, visit, activity, exposure, segment, detector.
    """
    return _stage_2("level2", _naming(product_name, product_name_func, "{stem}"), by).after("seal", s.identify(), s.verify())


def DMS_Level3_Base(*, product_name: str | None = None) -> ListRule:  # noqa: N802  the peer's name
    """Make one stage-3 product of all files, as jwst's rule of this name does.

    Association type: not said. Pipelines: all of stage 3. Files given as psf, background or in another role are members
    in that role, in the place where they stand among the items.

    Args:
        product_name: the name of the product, which the pipeline's output files begin with.
    """
    return _stage_3("DMS_Level3_Base", product_name)


def level3(*, product_name: str | None = None) -> ListRule:
    """Make one stage-3 product of all files, with program, asn_id and target filled from the names.

    As DMS_Level3_Base, and better: a product name that follows the naming convention fills program, asn_id and target,
    otherwise the program comes from the members' names if they all agree; names are checked.

    Args:
        product_name: the name of the product, which the pipeline's output files begin with.
    """
    return _stage_3("level3", product_name).after("seal", s.identify(), s.verify())


def Association() -> ListRule:  # noqa: N802  the peer's name
    """List the names of all files, without products and roles, as jwst's rule of this name does.

    Association type: not said. No pipeline reads such a list; it is there for tools that do.
    """
    return rule("Association", s.read(), s.listed())


def _stage_2(name: str, naming: str | Callable[[Bundle], str], by: By) -> ListRule:
    keys = tuple(by) if isinstance(by, list) else by  # all of them must agree; only in a step is a list a ladder
    attach = [s.attach(exptype, by=keys) for exptype in PARTNER_EXPTYPES]
    return rule(
        name,
        s.read(),
        s.gather(of=is_science),
        s.one_each(),
        *attach,
        s.name(naming),
        s.distinct(),
        s.seal(together=True, layout="list2"),
    )


def _stage_3(name: str, product_name: str | None) -> ListRule:
    naming = product_name or needs_a_product_name
    return rule(name, s.read(), s.gather(), s.require("science"), s.name(naming), s.seal(together=True))


def _naming(template: str | None, function: NamingFunction | None, default: str) -> str | Callable[[Bundle], str]:
    if function is None:
        return template or default
    if template is not None:
        raise KnobError(message("knobs", "two ways to name a product", "product_name, product_name_func", "give one of them"))
    given = function

    def product_name_func(bundle: Bundle) -> str:
        lead = bundle.leads[0]
        return given(lead.name.text, lead.index + 1)

    return product_name_func


def needs_a_product_name(bundle: Bundle) -> str:
    """Refuse to name a stage-3 product: only the user knows its name.

    Raises:
        ProductError: always.
    """
    first = bundle.leads[0].name.text
    raise ProductError(
        message("product name", "none given, and stage 3 needs one", first, "give --product-name NAME (product_name=)")
    )

"""The pipeline's own loaders read what we write, and find every member by its exptype.

Runs where jwst is installed: ``python -m pytest tests/parity/test_peer_loaders.py``.
"""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from deliberate import generated
from peer import DATA, load
from random_pools import random_pool

import asn_fp
from asn_fp.check import check, errors
from asn_fp.generate import generator_rules
from asn_fp.records import Association

pytest.importorskip("jwst")
pytestmark = pytest.mark.filterwarnings("ignore")  # what jwst and its dependencies warn of is theirs

Found = set[tuple[str, str]]
FITS_RULES = ("Asn_Lv2Image", "Asn_Lv2NRSFSS", "Asn_Lv2Spec", "Asn_Lv3Image", "Asn_Lv3NRCCoron", "Asn_Lv3AMI", "Asn_Lv3MIRMRS")


@functools.cache
def examples() -> Mapping[str, tuple[str, Association]]:
    """Return for every rule of the generator a file name and the association with most roles."""
    best: dict[str, tuple[int, str, Association]] = {}
    for pool in (*load("pools.json.gz", DATA).values(), *map(random_pool, range(300))):
        made = generated(pool)
        for name, each in zip(made.names, made.associations, strict=True):
            rule, roles = str(each.asn_rule).partition("_")[2], len({role for _, role in members_of(each)})
            if rule not in best or roles > best[rule][0]:
                best[rule] = (roles, name, each)
    return {rule: (name, each) for rule, (_, name, each) in best.items()}


def members_of(association: Mapping[str, Any]) -> Found:
    """Return name and role of the members of all products."""
    return {(each["expname"], each["exptype"]) for product in association["products"] for each in product["members"]}


def lists(folder: Path) -> Iterator[tuple[Path, Found]]:
    """Write associations of plain lists in Python and on the command line, and say what should be found in each."""
    rates = {("a_rate.fits", "science"), ("b_rate.fits", "science")}
    yield asn_fp.asn_from_list(["a_rate.fits", "b_rate.fits"], "DMSLevel2bBase").write(folder / "l2_asn.json"), rates
    pairs = [("a_calints.fits", "science"), ("b_calints.fits", "psf"), ("c_x1d.fits", "background")]
    made = asn_fp.asn_from_list(pairs, "DMS_Level3_Base", product_name="l3", with_exptype=True)
    yield made.write(folder / "l3_asn.json"), set(pairs)
    files = ["-o", "made_asn.json", "a_rate.fits", "b_rate.fits"]
    command = [sys.executable, "-c", "from asn_fp.cli.main import asn; asn()", "make", "DMSLevel2bBase", *files]
    package = str(Path(asn_fp.__file__).parents[1])
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env={"PYTHONPATH": package, "PATH": "/usr/bin"})
    yield folder / "made_asn.json", rates


def empty_model(path: Path) -> None:
    """Write a small exposure, of which the loaders read the header only."""
    from stdatamodels.jwst import datamodels

    with datamodels.ImageModel((4, 4)) as model:
        program, observation, visit = path.name[2:7], path.name[7:10], path.name[10:13]
        model.meta.observation.program_number = program
        model.meta.observation.observation_number = observation
        model.meta.observation.visit_number = visit
        model.meta.observation.visit_group = "02"
        model.meta.observation.sequence_id = "1"
        model.meta.observation.activity_id = "01"
        model.meta.observation.exposure_number = path.name[-8:-5]
        model.meta.filename = path.name
        model.save(path)


def opened_by_jwst(path: Path) -> Found:
    """Return what ``load_asn`` finds in a file."""
    from jwst.associations import load_asn

    with path.open() as text:
        return members_of(load_asn(text))


def written(folder: Path, rule: str) -> tuple[Path, Association]:
    """Write the example of a rule."""
    name, association = examples()[rule]
    return association.write(folder / name), association


def test_every_rule_has_an_example() -> None:
    """There is an example for every rule, so that the tests below leave none out."""
    assert set(examples()) == set(generator_rules())


@pytest.mark.parametrize("rule", generator_rules())
def test_load_asn(rule: str, tmp_path: Path) -> None:
    """load_asn takes an association of every rule as valid, and finds every member; check finds no error in it."""
    path, association = written(tmp_path, rule)
    assert opened_by_jwst(path) == members_of(association)
    assert not errors(check(association))


@pytest.mark.parametrize("rule", generator_rules(2))
def test_load_as_level_2(rule: str, tmp_path: Path) -> None:
    """LoadAsLevel2Asn, with which calwebb_image2 and calwebb_spec2 begin, finds products, members and roles."""
    from jwst.associations.load_as_asn import LoadAsLevel2Asn

    path, association = written(tmp_path, rule)
    loaded = LoadAsLevel2Asn.load(str(path))
    assert members_of(loaded) == members_of(association)
    assert [product["name"] for product in loaded["products"]] == [product.name for product in association.products]
    assert [sum(each["exptype"] == "science" for each in product["members"]) for product in loaded["products"]] == [1]


@pytest.mark.parametrize("rule", generator_rules(3))
def test_load_as_association(rule: str, tmp_path: Path) -> None:
    """LoadAsAssociation, with which the stage-3 pipelines begin, finds product, members and roles."""
    from jwst.associations.load_as_asn import LoadAsAssociation

    path, association = written(tmp_path, rule)
    loaded = LoadAsAssociation.load(str(path))
    assert members_of(loaded) == members_of(association)
    assert (loaded["products"][0]["name"], loaded["asn_pool"]) == (association.products[0].name, association.asn_pool)


@pytest.mark.parametrize("rule", FITS_RULES)
def test_model_library(rule: str, tmp_path: Path) -> None:
    """ModelLibrary opens every member from the folder of the association, under its role."""
    from jwst.datamodels import ModelLibrary

    path, association = written(tmp_path, rule)
    for name, _ in members_of(association):
        empty_model(tmp_path / name)
    library = ModelLibrary(path)
    assert library.exptypes == [member.exptype for member in association.products[0].members]
    with library:
        for number, member in enumerate(association.products[0].members):
            model = library.borrow(number)
            assert (model.meta.filename, model.meta.asn.exptype) == (member.expname, member.exptype)
            library.shelve(model, number, modify=False)
    roles = {member.exptype for member in association.products[0].members}
    assert sum(len(library.indices_for_exptype(role)) for role in roles) == len(association.products[0].members)


@pytest.mark.parametrize("rule", FITS_RULES)
def test_model_container(rule: str, tmp_path: Path) -> None:
    """ModelContainer opens the members of the roles that are asked for."""
    from jwst.datamodels import ModelContainer

    path, association = written(tmp_path, rule)
    for name, _ in members_of(association):
        empty_model(tmp_path / name)
    for role in {member.exptype for member in association.products[0].members}:
        with ModelContainer(str(path), asn_exptypes=[role]) as models:
            found = [model.meta.filename for model in models]
        assert found == [member.expname for member in association.products[0].members if member.exptype == role]


def test_lists_of_files(tmp_path: Path) -> None:
    """What asn_from_list and `asn make` write is found by load_asn and by the loaders of both stages."""
    from jwst.associations.load_as_asn import LoadAsAssociation, LoadAsLevel2Asn

    for path, expected in lists(tmp_path):
        assert opened_by_jwst(path) == expected
        assert members_of(LoadAsLevel2Asn.load(str(path))) == expected
        assert members_of(LoadAsAssociation.load(str(path))) == expected

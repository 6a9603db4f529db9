"""The chapters show the package as it stands: the five rules, from the syntax trees."""

from pathlib import Path

import pytest
import story
from notebooks.definitions import LATER, read_core

import nnlib

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = tuple(nnlib.__all__)


@pytest.fixture(scope="module")
def chapters():
    return story.read_book(ROOT)[0]


@pytest.fixture(scope="module")
def core():
    return read_core(ROOT)


@pytest.fixture(scope="module")
def later():
    return read_core(ROOT, LATER)


def tell(problems):
    """All problems at once, in words."""
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_every_page_of_the_table_of_contents_is_there_and_its_code_is_tested():
    tell(story.read_book(ROOT)[1])


def test_cells_are_plain_python(chapters):
    tell(story.check_cells(chapters))


def test_definitions_are_word_for_word_the_packages(chapters, core):
    tell(story.check_definitions(chapters, core, PUBLIC))


def test_chapters_import_only_what_earlier_chapters_introduced(chapters, later):
    tell(story.check_imports(chapters, PUBLIC, later))


def test_definitions_use_only_what_the_reader_has_seen(chapters, core):
    tell(story.check_uses(chapters, core, PUBLIC))


def test_modules_import_only_modules_above_them_and_hide_nothing(core, later):
    tell(story.check_modules(core | later, PUBLIC))


def test_every_public_name_is_introduced(chapters):
    tell(story.check_complete(chapters, PUBLIC))


def test_the_core_is_short_enough_to_be_known_by_heart(core):
    tell(story.check_budget(core))


@pytest.mark.parametrize("module", LATER)
def test_later_parts_are_told_as_they_stand_and_whole(chapters, later, module):
    package, names = {module: later[module]}, story.names_of(later[module])
    tell(
        story.check_definitions(chapters, package, names, module)
        + story.check_uses(chapters, package, names, module)
        + (
            story.check_complete(chapters, names, module)
            if any(story.tells(it, module) for it in chapters)
            else []
        )
    )

"""The reference pages say what the code says."""

import pytest
import reference


@pytest.mark.parametrize("page", reference.PAGES)
def test_a_generated_page_agrees_with_the_code(page):
    written = (reference.FOLDER / page).read_text(encoding="utf-8")

    assert written == reference.PAGES[page](), "after a change made on purpose: make approve"

"""A clerk takes a template, brings back one that will not do, then one that will, and goes back again; in a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gis_service.main import WEB
from tests.papers.reading import a_template, saved, text_of_docx
from tests.ways.test_desk_story import (
    browser_context_args,  # noqa: F401  (fixtures)
    browser_type_launch_args,  # noqa: F401
    desk,  # noqa: F401
    faults,  # noqa: F401
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not WEB.is_dir(), reason="the pages are not built (make setup)")]


def bring(page: Page, file: Path, note: str) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("改了什么").fill(note)
    page.get_by_role("button", name="上传模板", exact=True).click()


def test_a_template_is_refused_then_taken_then_taken_back(
    page: Page,
    desk: str,  # noqa: F811
    faults: list[str],  # noqa: F811
    tmp_path: Path,
) -> None:
    bad, good = tmp_path / "坏.docx", tmp_path / "好.docx"
    bad.write_bytes(saved(a_template("关于移交", "{{ paper.titel }}")))
    good.write_bytes(saved(a_template("内部资料", "{{ paper.title }} {{ paper.doc_no }}")))
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another is nobody's contrast
    sign_in(page, desk)
    faults.clear()
    page.get_by_role("button", name="管理").click()
    page.get_by_role("tab", name="文书模板").click()
    page.get_by_role("searchbox", name="找一种文书").fill("征求")
    page.get_by_role("button", name="征求意见函 的模板版本").click()

    bring(page, bad, "加了抬头")
    expect(page.get_by_role("alert")).to_contain_text("没有字段“paper.titel”")
    faults.clear()  # the browser notes the refusal on its console
    bring(page, good, "加了抬头")
    expect(page.get_by_role("status")).to_contain_text("已启用第 1 版")
    expect(page.get_by_role("row", name="征求意见函").first).to_contain_text("第 1 版")
    with page.expect_download() as taken:
        page.get_by_role("link", name="征求意见函 示例 DOCX").click()
    assert taken.value.suggested_filename == "征求意见函示例.docx"
    assert text_of_docx(Path(taken.value.path()).read_bytes()).startswith("内部资料征求意见函")

    page.get_by_role("button", name="改回这一版…").click()
    page.get_by_label("原因").fill("还是用原来的")
    page.get_by_role("button", name="改回", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已启用第 2 版")
    wrong = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in wrong] == []
    assert faults == []

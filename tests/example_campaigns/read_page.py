"""A page of a report as a reader of its HTML sees it."""

import re
from html.parser import HTMLParser

from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report

_VOID = {"meta", "br", "link", "img", "hr", "input"}


class ReadPage(HTMLParser):
    """Collects links, ids, script contents and visible text, and checks that elements are closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.scripts, self.text = [], [], [], ""
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        if tag not in _VOID:
            self._open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "action", "data"):
                self.links.append(value)
            if name == "id":
                self.ids.append(value)
        if tag == "script":
            self.scripts.append((dict(attributes), ""))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif not (self._open and self._open[-1] == "style"):
            self.text += data


def read_page(summary, structures=None):
    return ReadPage(render_report(summary, campaign_statistics(summary), structures or {}))


def words(page):
    return re.sub(r"\s+", " ", page.text)

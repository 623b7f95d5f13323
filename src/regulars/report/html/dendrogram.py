"""The tree of customers as charts.js draws it: lines, and for every cut its place, groups and words."""

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.report.parts import JointPart, TreePart
from regulars.report.speech import Speech

__all__ = ["describe_tree"]

_ROW = 18


def describe_tree(tree: TreePart, speech: Speech) -> Mapping[str, Any]:
    """The branches from top to bottom, the joints, and every cut from one cluster to all branches.

    Parameters
    ----------
    tree
        With one joint at least.
    speech
        In which language.
    """
    order = _order(tree.joints, len(tree.branches))
    rows = {branch: float(place) for place, branch in enumerate(order)}
    for place, joint in enumerate(tree.joints):
        rows[-1 - place] = (rows[joint.left] + rows[joint.right]) / 2
    shown = [tree.branches[branch] for branch in order]
    return {
        "id": "chart-tree",
        "kind": "tree",
        "axis": speech.say("segments.tree_axis"),
        "slide": speech.say("segments.tree_slide"),
        "height": 62 + _ROW * len(order),
        "items": [
            {
                "name": " · ".join(filter(None, [one.segment, speech.number(one.customers)])),
            }
            for one in shown
        ],
        "joints": [
            [[_foot(tree.joints, part), rows[part]] for part in (joint.left, joint.right)]
            + [[joint.height, rows[-1 - place]]]
            for place, joint in enumerate(tree.joints)
        ],
        "feet": [[joint.left, joint.right] for joint in tree.joints],
        "chosen": min(tree.suggested_k, len(order)),
        "cuts": [_describe_cut(tree, k, rows, speech) for k in range(1, len(order) + 1)],
    }


def _describe_cut(
    tree: TreePart, k: int, rows: Mapping[int, float], speech: Speech
) -> Mapping[str, Any]:
    """Where the tree is cut into k; the cluster of each joint below the cut and of each row."""
    above = len(tree.joints) - (k - 1)
    group_of: dict[int, int] = {}
    sizes: list[int] = []
    for root in _roots(tree.joints, above):
        group = len(sizes)
        sizes.append(_count(tree, root))
        for part in _below(tree.joints, root):
            group_of[part] = group
    number = {
        group: place
        for place, group in enumerate(sorted(range(len(sizes)), key=lambda one: -sizes[one]))
    }
    silhouette = {cut.k: cut.silhouette for cut in tree.cuts}.get(k)
    told = speech.say(
        "segments.tree_cut",
        clusters=speech.count(k, "clusters"),
        sizes=" · ".join(speech.number(size) for size in sorted(sizes, reverse=True)),
    )
    if silhouette is not None:
        told += f" {speech.say('segments.tree_apart', silhouette=speech.fixed(silhouette, 2))}"
    if k == tree.suggested_k:
        told += f" {speech.say('segments.tree_suggested')}"
    return {
        "at": _place_cut(tree.joints, k),
        "joints": [
            number[group_of[-1 - place]] if -1 - place in group_of else None
            for place in range(len(tree.joints))
        ],
        "rows": [
            number[group_of[branch]]
            for branch in sorted(range(len(tree.branches)), key=lambda one: rows[one])
        ],
        "told": told,
    }


def _roots(joints: Sequence[JointPart], above: int) -> list[int]:
    """The tops of what is below the joints from the place `above` on."""
    if above == len(joints):
        return [-len(joints)]
    parts = [part for joint in joints[above:] for part in (joint.left, joint.right)]
    return [part for part in parts if part >= -above]


def _below(joints: Sequence[JointPart], root: int) -> list[int]:
    """A branch or joint, and everything that it is made of."""
    found, left = [], [root]
    while left:
        part = left.pop()
        found.append(part)
        if part < 0:
            left += [joints[-1 - part].left, joints[-1 - part].right]
    return found


def _count(tree: TreePart, part: int) -> int:
    return tree.branches[part].customers if part >= 0 else tree.joints[-1 - part].customers


def _foot(joints: Sequence[JointPart], part: int) -> float:
    return 0.0 if part >= 0 else joints[-1 - part].height


def _place_cut(joints: Sequence[JointPart], k: int) -> float:
    """Half way between the joint below and the one above."""
    heights = [0.0, *(joint.height for joint in joints), joints[-1].height * 1.06]
    place = len(joints) - (k - 1)
    return (heights[place] + heights[place + 1]) / 2


def _order(joints: Sequence[JointPart], branches: int) -> list[int]:
    """The branches so that no lines cross."""
    members = {branch: [branch] for branch in range(branches)}
    for place, joint in enumerate(joints):
        members[-1 - place] = members[joint.left] + members[joint.right]
    return members[-len(joints)]

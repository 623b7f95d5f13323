"""What is kept of models: written and read again, and of earlier versions still open."""

from kept_manifests import make_check, make_manifest

from regulars.registry.manifest import ModelManifest


def test_what_is_kept_comes_back_as_it_was():
    manifest = make_manifest(groups=(make_check(), make_check(is_seen=False, column="x")))

    assert ModelManifest.model_validate_json(manifest.model_dump_json()) == manifest


def test_a_manifest_of_the_first_version_still_opens():
    told = make_manifest().model_dump(mode="json") | {"version": "1.0"}
    del told["held_out"], told["groups"]

    opened = ModelManifest.model_validate(told)

    assert (opened.version, opened.held_out, opened.groups) == ("1.0", None, ())

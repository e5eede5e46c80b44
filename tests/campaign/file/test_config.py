"""The campaign file: what is written can be read, and what is wrong is said."""

import tomllib
from dataclasses import fields
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_potentials.nep_example import NEP_FILE
from grainway.campaign import DEMO, CampaignConfig, campaign_toml, load_config, make_proposals
from grainway.campaign.file.config import ProtocolSection, parse_config
from grainway.campaign.search.arbitration import load_arbiter
from grainway.errors import ConfigError
from grainway.simulation import DEFAULT_NAME, NEP_NAME, Protocol, load_potential


def test_the_written_file_reads_back_as_the_defaults():
    assert parse_config(tomllib.loads(campaign_toml()), "file") == CampaignConfig()


def test_the_demonstration_changes_only_what_it_says():
    config = parse_config(tomllib.loads(campaign_toml(DEMO)), "file")
    default = CampaignConfig().model_dump()
    for section, entries in config.model_dump().items():
        for key, value in entries.items():
            expected = DEMO.get(section, {}).get(key, default[section][key])
            assert value == expected, f"{section}.{key}"


@pytest.mark.parametrize("baseline", ["mackenzie", [2], [2, 5]])
def test_the_baseline_is_named_or_listed_and_reads_back(baseline):
    text = campaign_toml({"objective": {"baseline": baseline}})
    assert parse_config(tomllib.loads(text), "file").objective.baseline == baseline


@pytest.mark.parametrize("baseline", ["mean", [], [0], [1.5], ["2"], 3, [True]])
def test_any_other_baseline_is_refused_with_what_is_allowed(baseline):
    with pytest.raises(ConfigError, match=r'objective\.baseline = .*"mackenzie", or numbers of evaluations'):
        parse_config({"objective": {"baseline": baseline}}, "file")


def test_every_key_is_explained():
    lines = campaign_toml().splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), line


def test_protocol_section_and_record_do_not_drift():
    section = {name: field.default for name, field in ProtocolSection.model_fields.items()}
    record = {field.name: field.default for field in fields(Protocol)}
    # the file proposes a ladder, the record of a run has one only where it is used
    assert section.pop("ladder") == [1400.0, 1200.0, 1050.0, 900.0]
    assert record.pop("ladder") == ()
    # and leaves the time step to the potential
    assert section.pop("timestep") == 0.0
    assert record.pop("timestep") == load_potential(DEFAULT_NAME).timestep
    assert section == record


def test_the_time_step_is_the_potentials_own_unless_the_file_gives_one():
    config = CampaignConfig()
    own = load_potential(NEP_NAME).timestep
    assert own != config.simulated_protocol().timestep
    assert config.simulated_protocol(own).timestep == own
    given_one = parse_config({"protocol": {"timestep": 0.0005}}, "file")
    assert given_one.simulated_protocol(own).timestep == 0.0005
    with pytest.raises(ConfigError, match=r"protocol\.timestep"):
        parse_config({"protocol": {"timestep": 5e-5}}, "file")


@pytest.mark.parametrize(
    ("section", "keys", "field"),
    [
        ("potential", {"name": "softbv", "nep": "model"}, "potential.name"),
        ("potential", {"name": "mine", "nep": "model", "charges": {"Li": 1.0}}, "potential.nep"),
        ("potential", {"name": "softbv", "splines": "ionic.json"}, "potential.name"),
        ("potential", {"name": "mine", "nep": "model", "splines": "ionic.json"}, "potential.nep"),
        ("potential", {"name": "mine", "splines": "ionic.json", "files": ["a"]}, "potential.splines"),
        ("arbitration", {"splines": "ionic.json"}, "arbitration.potential"),
        ("arbitration", {"nep": "model"}, "arbitration.potential"),
        ("arbitration", {"potential": "softbv", "nep": "model"}, "arbitration.potential"),
        ("arbitration", {"potential": "mine"}, "arbitration.potential"),
    ],
)
def test_a_model_of_the_users_own_has_a_name_of_its_own(section, keys, field):
    with pytest.raises(ConfigError, match=field.replace(".", r"\.")):
        parse_config({section: keys}, "file")


def test_a_model_of_the_users_own_is_found_beside_the_file(tmp_path):
    (tmp_path / "nep.txt").write_bytes(NEP_FILE.read_bytes())
    config = parse_config({"arbitration": {"potential": "mine", "nep": "nep.txt"}}, "file")
    arbiter = load_arbiter(config, tmp_path)
    assert (arbiter.name, arbiter.elements) == ("mine", ("Li", "La", "Zr", "O"))
    assert arbiter.formal_charges == {"Li": 1, "La": 3, "Zr": 4, "O": -2}
    same = parse_config({"potential": {"name": "mine", "nep": "nep.txt"}}, "file")
    assert same.potential.load(tmp_path) == arbiter
    with pytest.raises(ConfigError, match=r"arbitration\.nep = '.*elsewhere.*relative path"):
        load_arbiter(config, tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match=r"potential\.nep = '.*elsewhere"):
        same.potential.load(tmp_path / "elsewhere")


def test_splines_of_the_users_own_are_found_beside_the_file(tmp_path):
    shipped = files("grainway.simulation.potentials").joinpath("data/grainway-ionic.json")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "ionic.json").write_bytes(shipped.read_bytes())
    text = '[potential]\nname = "mine"\nsplines = "model"\n'
    config = parse_config(tomllib.loads(text), "file")
    own = config.potential.load(tmp_path)
    assert (own.name, own.elements) == ("mine", own.fit.elements)
    assert own.digest == load_potential("grainway-ionic", own.elements).digest
    assert parse_config(tomllib.loads(campaign_toml({"potential": config.potential.model_dump()})), "file")
    second = parse_config({"arbitration": {"potential": "mine", "splines": "model/ionic.json"}}, "file")
    assert load_arbiter(second, tmp_path) == own
    with pytest.raises(ConfigError, match=r"arbitration\.splines = '.*elsewhere.*relative path"):
        load_arbiter(second, tmp_path / "elsewhere")


@given(
    ladder=st.lists(st.integers(200, 2000), min_size=2, max_size=20, unique=True),
    targets=st.lists(st.integers(200, 2000), min_size=1, max_size=20),
    wanted=st.floats(0, 1),
)
def test_a_ladder_survives_its_file_and_runs_from_hot_to_cold(ladder, targets, wanted):
    changes = {
        "protocol": {"ladder": [float(t) for t in ladder], "wanted_standard_error": wanted},
        "objective": {"fidelity": "ladder", "target_temperatures": [float(t) for t in targets]},
    }
    config = parse_config(tomllib.loads(campaign_toml(changes)), "file")
    protocol = config.simulated_protocol()
    assert protocol.temperatures == tuple(sorted(map(float, ladder), reverse=True))
    assert protocol.temperature == max(ladder)
    assert config.target_temperatures == tuple(map(float, targets))
    assert config.objective_temperature == targets[0]
    assert protocol.wanted_standard_error == wanted
    # the same file with the cheap fidelity is a campaign at one temperature
    changes["objective"]["fidelity"] = "hot"
    hot = parse_config(tomllib.loads(campaign_toml(changes)), "file")
    assert hot.simulated_protocol().temperatures == (hot.protocol.temperature,)
    assert hot.target_temperatures == ()
    assert hot.objective_temperature == hot.protocol.temperature


@given(
    seed=st.integers(0, 10**6),
    angles=st.tuples(st.floats(5, 30), st.floats(5, 30)).map(sorted),
    temperature=st.floats(200, 2000),
    engine=st.sampled_from(["grainway", "skopt", "botorch", "sobol", "random"]),
    axes=st.sampled_from([["001"], ["110"], ["001", "110"], ["1-12", "111"]]),
)
def test_any_valid_campaign_survives_its_file(seed, angles, temperature, engine, axes):
    changes = {
        "campaign": {"seed": seed},
        "design": {"angle_min": angles[0], "angle_max": angles[1], "axes": axes},
        "protocol": {"temperature": temperature},
        "optimiser": {"engine": engine},
    }
    config = parse_config(tomllib.loads(campaign_toml(changes)), "file")
    assert (config.campaign.seed, config.design.axes) == (seed, axes)
    assert (config.design.angle_min, config.design.angle_max) == tuple(angles)
    assert (config.protocol.temperature, config.optimiser.engine) == (temperature, engine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[protocol]\ntemprature = 1000",
            r"unknown key protocol\.temprature; did you mean protocol\.temperature",
        ),
        ("[protocl]\n", r"unknown key protocl; did you mean protocol\?"),
        ("[design]\nangle_max = 45", r"design\.angle_max = 45"),
        ("[design]\nangle_min = 20\nangle_max = 10", r"angle_min = 20.0 exceeds angle_max = 10.0"),
        ("[protocol]\nsample_interval = 0.3\nframe_interval = 1.0", r"protocol\.frame_interval = 1.0"),
        ("[protocol]\nproduction = -3", r"protocol\.production = -3"),
        ("[potential]\nname = 'eam'", r"potential\.name = 'eam'"),
        ("design = 3", r"design = 3 must be a table"),
        ("[design", "not valid TOML"),
        ("[objective]\nfidelity = 'cold'", r"objective\.fidelity = 'cold'"),
        ("[objective]\ntarget_temperatures = []", r"objective\.target_temperatures = \[\]"),
        ("[objective]\ntarget_temperatures = [-5]", r"objective\.target_temperatures.0 = -5"),
        ("[protocol]\nladder = [1400]", r"protocol\.ladder = \[1400\]"),
        ("[protocol]\nladder = [1400, 50]", r"protocol\.ladder.1 = 50"),
        ("[protocol]\nladder = [1400, 1400]", r"protocol\.ladder .*each temperature once"),
        (
            "[protocol]\nwanted_standard_error = 0.03\nproduction_max = 10",
            r"protocol\.production_max = 10.0 .*at least production = 30",
        ),
        ("[optimiser]\nmax_evaluations = 'many'", r"optimiser\.max_evaluations = 'many'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, message):
    path = tmp_path / "campaign.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(path)


def test_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="grainway init"):
        load_config(tmp_path / "none.toml")


def test_a_catalogue_that_is_empty_is_refused():
    config = parse_config({"design": {"max_atoms": 300}}, "file")
    with pytest.raises(ConfigError, match=r"max_atoms = 300 .*smallest needs \d+ atoms"):
        make_proposals(config)


def test_features_are_those_of_the_boundary_that_is_built():
    proposals = make_proposals(CampaignConfig())
    rng_points = [
        proposals.space.from_unit([(0.37 * i + 0.11 * j) % 1 for j in range(7)]) for i in range(1, 30)
    ]
    for values in rng_points:
        spec, features = proposals.spec(values), proposals.features(values)
        assert features["angle_deg"] == spec.angle_deg
        assert features["sigma"] == spec.sigma
        assert features["width_layers"] == spec.width_layers
        assert 5.0 <= spec.angle_deg <= 30.0


def test_translations_are_periodic_for_the_optimiser():
    proposals = make_proposals(CampaignConfig())
    values = proposals.space.from_unit([0.5] * 7)
    near, far = dict(values, translation_1=0.0), dict(values, translation_1=1.0)
    assert proposals.spec(near) == proposals.spec(far)
    assert proposals.features(near) == proposals.features(far)


def test_every_design_variable_reaches_the_recipe():
    config = parse_config(
        {
            "design": {
                "axes": ["001", "1-12"],
                "characters": ["symmetric tilt", "asymmetric tilt", "mixed"],
                "max_atoms": 6000,
                "both_cuts": True,
                "lithium_oxide_min": -1.0,
                "lithium_oxide_max": 0.5,
                "lithium_transfer_min": 0.4,
                "lithium_transfer_max": 0.4,
                "oxygen_vacancies_max": 0.3,
            }
        },
        "file",
    )
    proposals = make_proposals(config)
    names = {p.name for p in proposals.space.parameters}
    assert names >= {"axis", "axis_normal", "termination_b", "lithium_oxide", "oxygen_vacancies"}
    assert "lithium_transfer" not in names
    seen = set()
    for i in range(1, 60):
        values = proposals.space.from_unit([(0.37 * i + 0.11 * j) % 1 for j in range(len(names))])
        spec, features = proposals.spec(values), proposals.features(values)
        seen |= {spec.character, spec.axis}
        changes = spec.composition
        # what enters is what is built: whole units per boundary, the nearest to what was asked
        area = proposals.entry(values).area / 100
        for amount, asked in (
            (changes.lithium_transfer_per_nm2, 0.4),
            (changes.lithium_oxide_per_nm2, values["lithium_oxide"]),
        ):
            assert amount * area == pytest.approx(round(amount * area), abs=1e-4)
            assert abs(amount - asked) * area <= 0.5 + 0.001 * area
        assert changes.lithium_oxide_per_nm2 == features["lithium_oxide"]
        assert 0.0 <= changes.oxygen_vacancies <= 0.3
        assert spec.termination_b is not None
        assert features["sigma"] == (spec.sigma or 1e3)
    assert {"symmetric tilt", "asymmetric tilt", "mixed", (0, 0, 1), (1, -1, 2)} <= seen

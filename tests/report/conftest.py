import math

import pytest

from regulars.campaigns import packaged_actions
from regulars.report.model import Report
from regulars.report.parts import (
    Bar,
    CalibrationPoint,
    ChurnPart,
    ColumnState,
    Confusion,
    ContactListPart,
    DataPart,
    DrillCellPart,
    DrillDownPart,
    DrillFieldPart,
    Driver,
    FindingPart,
    GainPart,
    Holdout,
    Interval,
    JointPart,
    LineagePart,
    MappedColumn,
    MeansPlot,
    MethodPart,
    ModelPart,
    OutcomePart,
    RiskBand,
    SegmentProfile,
    SegmentsPart,
    SourcePart,
    SplitPart,
    TableState,
    Trait,
    TreeBranchPart,
    TreeCutPart,
    TreePart,
    ValueCount,
)
from regulars.schema.wording import Wording


def words(en, ru):
    return Wording(en=en, ru=ru)


FEATURES = {
    "contract": words("Contract", "Договор"),
    "tenure_months": words("Months with us", "Месяцев с нами"),
    "minutes_30d": words("Minutes in 30 days", "Минут за 30 дней"),
    "monthly_fee": words("Monthly fee", "Абонентская плата"),
    "failed_payments_90d": words("Failed payments in 90 days", "Неудачных платежей за 90 дней"),
    "complaints_90d": words("Complaints in 90 days", "Жалоб за 90 дней"),
    "csat": words("Satisfaction (CSAT)", "Удовлетворённость (CSAT)"),
    "autopay": words("Autopay", "Автоплатёж"),
}


def _numeric(name, meaning, low, high, *, missing=0, distinct=120, peak=0.3, invalid=None):
    heights = [
        int(400 * math.exp(-((position / 20 - peak) ** 2) / 0.05)) + 3 for position in range(20)
    ]
    step = (high - low) / 20
    bars = tuple(
        Bar(low=low + step * n, high=low + step * (n + 1), count=height)
        for n, height in enumerate(heights)
    )
    return ColumnState(
        name=name,
        type="int64",
        role="numeric",
        meaning=meaning,
        row_count=2000,
        missing_count=missing,
        completeness=1 - missing / 2000,
        distinct_count=distinct,
        uniqueness=distinct / 2000,
        invalid_count=invalid,
        validity=None if invalid is None else 1 - invalid / 2000,
        minimum=float(low),
        maximum=float(high),
        mean=low + (high - low) * peak,
        median=low + (high - low) * peak * 0.95,
        bars=bars,
    )


def _category(name, meaning, values, *, missing=0, role="category"):
    present = 2000 - missing
    return ColumnState(
        name=name,
        type="string",
        role=role,
        meaning=meaning,
        row_count=2000,
        missing_count=missing,
        completeness=present / 2000,
        distinct_count=len(values),
        uniqueness=len(values) / present,
        values=tuple(
            ValueCount(value=value, count=count, share=count / present)
            for value, count in values.items()
        ),
    )


def _tables():
    columns = (
        ColumnState(
            name="customer_id",
            type="string",
            role="id",
            row_count=2000,
            missing_count=0,
            completeness=1.0,
            distinct_count=2000,
            uniqueness=1.0,
            minimum="0100000",
            maximum="0173963",
            values=(ValueCount(value="0100000", count=9, share=0.0045),),
        ),
        _numeric("age", words("Age", "Возраст"), 18, 90, distinct=72, peak=0.36, invalid=6),
        _category(
            "city",
            words("City", "Город"),
            {"Самара": 540, "Казань": 420, "Тольятти": 300, "Leeds": 120, "Пенза": 4},
        ),
        _numeric("tenure_months", FEATURES["tenure_months"], 1, 120, peak=0.1),
        _category(
            "contract",
            FEATURES["contract"],
            {"month to month": 1106, "one year": 540, "two years": 354},
        ),
        _numeric("monthly_fee", FEATURES["monthly_fee"], 280, 1150, distinct=12, peak=0.4),
        _numeric("minutes_30d", FEATURES["minutes_30d"], 4, 1240, distinct=610, peak=0.25),
        _category("autopay", FEATURES["autopay"], {"false": 1096, "true": 904}),
        _category("csat", FEATURES["csat"], {"5": 700, "4": 610, "3": 230, "2": 70}, missing=360),
        _category(
            "churn", words("Left in 30 days", "Ушёл за 30 дней"), {"no": 1614, "yes": 386},
            role="outcome",
        ),
    )  # fmt: skip
    return (
        TableState(
            name="profiles",
            row_count=2000,
            customer_count=2000,
            oldest="2015-12-03T00:00:00+00:00",
            newest="2025-12-29T00:00:00+00:00",
            completeness=0.981,
            validity=0.9994,
            consistency=1.0,
            columns=columns,
        ),
    )


def _findings():
    return (
        FindingPart(
            check="impossible_age",
            table="profiles",
            column="age",
            severity="error",
            count=6,
            share=0.003,
            action="quarantine",
            sentence=words(
                "Impossible age (age): 6 rows (0.3%).", "Невозможный возраст (age): 6 строк (0,3 %)."
            ),
            examples=({"customer_id": "0100481", "age": 199}, {"customer_id": "0102405", "age": -3}),
        ),
        FindingPart(
            check="repeated_rows",
            table="profiles",
            severity="warning",
            count=10,
            share=0.005,
            sentence=words("Rows given twice: 10 rows (0.5%).", "Строки-повторы: 10 строк (0,5 %)."),
            examples=({"customer_id": "0100999", "email": "ivan@pochta.example"},),
        ),
        FindingPart(
            check="often_missing",
            table="profiles",
            column="csat",
            severity="notice",
            count=360,
            share=0.18,
            sentence=words(
                "Often empty (csat): 360 rows (18%).", "Часто пусто (csat): 360 строк (18 %)."
            ),
        ),
    )  # fmt: skip


def _data():
    mapping = tuple(
        MappedColumn(
            source="customers.csv",
            column=name,
            target=name,
            role=role,
            type=type_,
            confidence=confidence,
            evidence=words(f"the name '{name}' is known", f"имя «{name}» известно"),
        )
        for name, role, type_, confidence in (
            ("customer_id", "id", "string", 0.99),
            ("full_name", "personal", "string", 0.97),
            ("age", "numeric", "integer", 0.95),
            ("signed_on", "date", "date", 0.9),
            ("churn", "outcome", "boolean", 1.0),
        )
    )
    return DataPart(
        rows_in=2010,
        rows_loaded=2004,
        rows_inserted=2000,
        rows_updated=0,
        rows_unchanged=4,
        rows_quarantined=6,
        quarantine_reasons={"impossible_age": 6},
        sources=(
            SourcePart(
                name="customers.csv",
                kind="customers",
                sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                rows_in=2010,
                notes=(
                    words("Delimiter: comma.", "Разделитель — запятая."),
                    words("Encoding: UTF-8.", "Кодировка: UTF-8."),
                ),
            ),
        ),
        mapping=mapping,
        tables=_tables(),
        findings=_findings(),
        advice=(
            words(
                "2,000 customers are enough for logistic regression and naive Bayes, and few for"
                " learning methods.",
                "2 000 клиентов достаточно для логистической регрессии и наивного Байеса, но мало"
                " для обучающихся методов.",
            ),
        ),
    )


def _trait(feature, value, overall, z, en, ru):
    return Trait(
        feature=feature,
        label=FEATURES[feature],
        value=value,
        overall=overall,
        z=z,
        sentence=words(en, ru),
    )


def _segments():
    profiles = (
        SegmentProfile(
            segment="S1",
            name=words("Settled, on long contracts", "Давние, на долгих договорах"),
            size=824,
            share=0.412,
            stability=0.93,
            churn_share=0.06,
            amount=512_340.0,
            traits=(
                _trait("tenure_months", 52.0, 29.0, 1.1, "Months with us 52, against 29 of all",
                       "Месяцев с нами 52, в среднем 29"),
                _trait("contract", 0.63, 0.27, 0.9, "Contract one year: 63 %, against 27 %",
                       "Договор на год: 63 %, в среднем 27 %"),
            ),
        ),
        SegmentProfile(
            segment="S2",
            name=words("Newcomers, month to month", "Новички с помесячной оплатой"),
            size=731,
            share=0.3655,
            stability=0.88,
            churn_share=0.38,
            amount=366_120.0,
            traits=(
                _trait("tenure_months", 8.0, 29.0, -0.9, "Months with us 8, against 29 of all",
                       "Месяцев с нами 8, в среднем 29"),
                _trait("failed_payments_90d", 0.5, 0.3, 0.4, "Failed payments 0.5, against 0.3",
                       "Неудачных платежей 0,5, в среднем 0,3"),
            ),
        ),
        SegmentProfile(
            segment="S3",
            name=words("Talkative families", "Разговорчивые семьи"),
            size=445,
            share=0.2225,
            stability=0.81,
            churn_share=0.132,
            amount=402_990.0,
            traits=(
                _trait("minutes_30d", 611.0, 298.0, 1.6, "Minutes in 30 days 611, against 298",
                       "Минут за 30 дней 611, в среднем 298"),
                _trait("monthly_fee", 934.0, 601.0, 1.2, "Monthly fee 934, against 601",
                       "Абонентская плата 934, в среднем 601"),
            ),
        ),
    )  # fmt: skip
    return SegmentsPart(
        chosen="kmeans",
        why_chosen=words(
            "Three segments: the steadiest cut whose parts lie apart.",
            "Три сегмента: самое устойчивое разбиение с раздельными частями.",
        ),
        methods=(
            MethodPart(name="kmeans", k=2, silhouette=0.21, stability=0.84, sizes=(1180, 820)),
            MethodPart(name="kmeans", k=3, silhouette=0.24, stability=0.88, sizes=(824, 731, 445)),
            MethodPart(
                name="kmeans", k=4, silhouette=0.19, stability=0.66, sizes=(702, 611, 390, 297)
            ),
        ),
        profiles=profiles,
        means=MeansPlot(
            features=tuple(FEATURES[name] for name in list(FEATURES)[1:7]),
            segments=("S1", "S2", "S3"),
            z=(
                (1.1, -0.9, -0.3),
                (-0.4, -0.5, 1.6),
                (-0.2, -0.6, 1.2),
                (-0.2, 0.4, None),
                (-0.31, 0.42, 0.0),
                (0.3, -0.4, 0.1),
            ),
        ),
        drill_down=_drill_down(profiles),
        tree=_tree(),
    )


def _tree():
    return TreePart(
        linkage="ward",
        joined=1000,
        suggested_k=3,
        why=words("3 clusters are the clearest.", "Чётче всего 3 кластера."),
        branches=tuple(
            TreeBranchPart(customers=count, segment=segment)
            for count, segment in ((220, "S1"), (190, "S1"), (370, "S2"), (217, "S3"), (3, None))
        ),
        joints=(
            JointPart(left=3, right=4, height=10.0, customers=220),
            JointPart(left=0, right=1, height=14.0, customers=410),
            JointPart(left=2, right=-1, height=30.0, customers=590),
            JointPart(left=-2, right=-3, height=50.0, customers=1000),
        ),
        cuts=(TreeCutPart(k=2, silhouette=0.2), TreeCutPart(k=3, silhouette=0.24)),
    )


def _drill_down(profiles):
    contract = DrillFieldPart(
        label=words("Contract", "Договор"),
        levels=(words("month to month", "помесячный"), words("two years", "на два года")),
    )
    segment = DrillFieldPart(
        label=words("Segment", "Сегмент"),
        levels=tuple(
            words(f"{one.segment} · {one.name.en}", f"{one.segment} · {one.name.ru}")
            for one in profiles
        ),
    )
    counts = {
        "0.0": (824, 0.05), "0.1": (731, 0.37), "0.2": (445, 0.2),
        "1.0": (1100, 0.31), "1.1": (900, 0.05),
        "0.0 1.0": (124, 0.11), "0.0 1.1": (700, 0.04),
        "0.1 1.0": (725, 0.37),
        "0.2 1.0": (251, 0.27), "0.2 1.1": (194, 0.11),
    }  # fmt: skip
    return DrillDownPart(
        fields=(segment, contract),
        whole=DrillCellPart(customers=2000, churn_share=0.193),
        cells={
            key: DrillCellPart(customers=customers, churn_share=share)
            for key, (customers, share) in counts.items()
        },
    )


def _models():
    return (
        ModelPart(
            name="baseline",
            title=words("Nothing known (base rate)", "Без знаний (доля ушедших)"),
            roc_auc=Interval(mean=0.5, low=0.5, high=0.5),
            pr_auc=0.193,
            brier=0.156,
            train_roc_auc=0.5,
        ),
        ModelPart(
            name="naive_bayes",
            title=words("Naive Bayes", "Наивный Байес"),
            roc_auc=Interval(mean=0.812, low=0.786, high=0.838),
            pr_auc=0.52,
            brier=0.119,
            train_roc_auc=0.829,
        ),
        ModelPart(
            name="logistic",
            title=words("Logistic regression", "Логистическая регрессия"),
            roc_auc=Interval(mean=0.847, low=0.826, high=0.868),
            pr_auc=0.591,
            brier=0.108,
            train_roc_auc=0.856,
        ),
    )


def _drivers():
    facts = (
        ("contract", 0.93, "mixed", "“Month to month” goes with leaving.",
         "«Month to month» сопутствует уходу."),
        ("failed_payments_90d", 0.61, "raises", "More failed payments, more leaving.",
         "Чем больше неудачных платежей, тем чаще уходят."),
        ("tenure_months", 0.55, "lowers", "The longer with us, the rarer they leave.",
         "Чем дольше с нами, тем реже уходят."),
        ("complaints_90d", 0.42, "raises", "More complaints, more leaving.",
         "Чем больше жалоб, тем чаще уходят."),
        ("autopay", 0.2, "lowers", "Autopay goes with staying.", "С автоплатежом уходят реже."),
    )  # fmt: skip
    return tuple(
        Driver(
            feature=feature,
            label=FEATURES[feature],
            importance=importance,
            direction=direction,
            sentence=words(en, ru),
        )
        for feature, importance, direction, en, ru in facts
    )


def _churn():
    points = (
        (0.03, 0.02, 140), (0.08, 0.09, 90), (0.16, 0.14, 60), (0.27, 0.3, 45),
        (0.42, 0.4, 30), (0.6, 0.65, 22), (0.81, 0.77, 13),
    )  # fmt: skip
    return ChurnPart(
        outcome=OutcomePart(
            column="churn",
            positive="yes",
            sentence=words(
                "Predicted: churn = yes. It was seen for 386 of 2,000 customers (19.3%).",
                "Предсказываем: churn = yes. Так было у 386 из 2 000 клиентов (19,3 %).",
            ),
            positives=386,
            negatives=1614,
        ),
        base_rate=0.193,
        split=SplitPart(
            sentence=words(
                "One customer in five was kept aside; the models were compared on the others in"
                " five folds.",
                "Каждый пятый клиент отложен; модели сравнивались на остальных в пяти блоках.",
            ),
            train=1600,
            holdout=400,
            folds=5,
        ),
        models=_models(),
        chosen="logistic",
        why_chosen=words(
            "Logistic regression ranks best, and the gap is wider than chance.",
            "Логистическая регрессия ранжирует лучше всех, и разница не случайна.",
        ),
        threshold=0.17,
        why_threshold=words(
            "From 17% on a contact pays, if losing a customer costs five contacts.",
            "Начиная с 17 % звонок окупается, если потеря клиента стоит пяти звонков.",
        ),
        holdout=Holdout(
            n=400,
            positives=77,
            roc_auc=0.844,
            roc_auc_low=0.801,
            roc_auc_high=0.884,
            precision=0.4627,
            recall=0.8052,
            f1=0.5877,
            pr_auc=0.588,
            brier=0.11,
            confusion=Confusion(
                true_positive=62, false_positive=72, false_negative=15, true_negative=251
            ),
        ),
        gains=tuple(
            GainPart(
                share=share,
                customers=round(400 * share),
                recall=Interval(mean=recall, low=max(recall - 0.05, 0), high=min(recall + 0.05, 1)),
                precision=Interval(mean=0.19 * recall / share, low=0.1, high=0.9),
                lift=Interval(mean=recall / share, low=1.0 + share / 9, high=5.0),
            )
            for share, recall in ((0.05, 0.21), (0.1, 0.38), (0.2, 0.6), (0.5, 0.9), (1.0, 1.0))
        ),
        calibration=tuple(
            CalibrationPoint(predicted=predicted, observed=observed, count=count)
            for predicted, observed, count in points
        ),
        risk_bands=(
            RiskBand(risk="high", low=0.5, high=1.0, customers=214),
            RiskBand(risk="medium", low=0.17, high=0.5, customers=455),
            RiskBand(risk="low", low=0.0, high=0.17, customers=1331),
        ),
        drivers=_drivers(),
    )


def _contact_list():
    return ContactListPart(
        requested=669,
        kept=612,
        excluded={"no_consent": 31, "contacted_lately": 26},
        rule=words(
            "Customers whose churn probability is at least 17%.",
            "Клиенты с вероятностью ухода не ниже 17 %.",
        ),
        by_risk={"high": 201, "medium": 411},
        by_segment={"S2": 430, "S3": 121, "S1": 61},
        by_reason={"contract": 290, "failed_payments_90d": 170, "complaints_90d": 98, "csat": 54},
        by_action={"offer_longer_contract": 290, "settle_payment": 170, "close_complaint": 152},
        actions={action.code: action.action for action in packaged_actions().actions[:4]},
        expected_loss=148_220.4,
    )


@pytest.fixture
def report():
    return Report(
        title="customers.csv",
        made_at="2026-01-01T09:30:00+03:00",
        as_of="2026-01-01",
        currency="RUB",
        data=_data(),
        segments=_segments(),
        churn=_churn(),
        contact_list=_contact_list(),
        names={
            **FEATURES,
            "impossible_age": words("impossible age", "невозможный возраст"),
            "offer_longer_contract": words("offer a longer contract", "предложить долгий договор"),
            "settle_payment": words("help with the payment", "помочь с платежом"),
            "close_complaint": words("close the complaint first", "сначала закрыть жалобу"),
        },
        lineage=LineagePart(
            data={
                "customers.csv": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            },
            code="0.1.0",
            seed=7,
            versions={"python": "3.11.9", "scikit-learn": "1.8.0"},
            snapshot={"profiles": 3},
            run="20260101-0930-a1b2",
            load_ids=("20260101-0929-7f3c",),
            command="regulars analyze customers.csv --lang en",
        ),
        seconds=21.4,
    )

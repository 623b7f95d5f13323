"""Exports of who the customers are and what they have: cards, contracts, leads, opinions, goods."""

from export_parts import (
    LATIN_NAMES,
    NAMES,
    SURNAMES,
    Export,
    client,
    day,
    day_in_russian,
    pick,
    write_export,
)

CUSTOMERS = {
    "лояльность: движение баллов": Export(
        write_export(
            "Номер карты;Дата операции;Вид операции;Баллы;Магазин",
            lambda n: (
                f"77{n % 9:06};{day_in_russian(n)};{pick(n, 'начисление', 'списание')};{n * 5 - 40};"
                f"{pick(n, 'Центр', 'Вокзал')}"
            ),
        ),
        "events",
        {"Номер карты": "customer_id", "Дата операции": "occurred_at", "Вид операции": "name"},
    ),
    # Customers --------------------------------------------------------------------------------
    "loyalty cards": Export(
        write_export(
            "card_no,enrolled_on,tier,points_balance,last_visit",
            lambda n: f"9900{n:04},{day(n)},{pick(n, 'gold', 'silver')},{n * 13 % 97},{day(n, 6)}",
        ),
        "customers",
        {"card_no": "customer_id", "tier": "tier", "points_balance": "points_balance"},
    ),
    "лояльность: карты": Export(
        write_export(
            "Номер карты;ФИО;Телефон;Дата выдачи;Баллы;Уровень",
            lambda n: (
                f"77{n:06};{pick(n, *SURNAMES)} {pick(n, *NAMES)};+7916{n:07};{day_in_russian(n)};"
                f"{n * 13 % 97};{pick(n, 'золото', 'серебро')}"
            ),
        ),
        "customers",
        {"Номер карты": "customer_id", "ФИО": "full_name", "Телефон": "phone", "Баллы": "баллы"},
    ),
    "CRM: contacts": Export(
        write_export(
            "Contact ID,Full Name,Email,Phone,Account Name,City,Created Date",
            lambda n: (
                f"003A{n:06},{pick(n, *LATIN_NAMES)},p{n}@example.com,+1 202 555 {n:04},"
                f"{pick(n, 'Acme', 'Globex', 'Initech')},{pick(n, 'Oslo', 'Rome')},{day(n)}"
            ),
        ),
        "customers",
        {
            "Contact ID": "customer_id",
            "Full Name": "full_name",
            "Email": "email",
            "Phone": "phone",
            "City": "city",
        },
    ),
    "1C: контрагенты": Export(
        write_export(
            "Код;Наименование;ИНН;Город;Менеджер;Дата регистрации",
            lambda n: (
                f"00-{n:08};ООО «Фирма {n}»;77{n * 12345678 % 100_000_000:08};"
                f"{pick(n, 'Уфа', 'Омск')};{pick(n, *SURNAMES)};{day_in_russian(n)}"
            ),
        ),
        "customers",
        {"Код": "customer_id", "Город": "город", "Дата регистрации": "дата_регистрации"},
    ),
    "a survey without ids": Export(
        write_export(
            "age,sex,income,visits",
            lambda n: f"{20 + n},{pick(n, 'm', 'f')},{1000 + n * 17},{n % 6}",
        ),
        "customers",
        {"age": "age", "visits": "visits"},
    ),
    "customers of whom two came twice": Export(
        write_export(
            "client_id,city,balance",
            lambda n: f"{min(n, 37):04},{pick(n, 'Oslo', 'Rome')},{n * 3}.5",
        ),
        "customers",
        {"client_id": "customer_id", "city": "city", "balance": "balance"},
        quarantined=2,
    ),
    "contracts of telecom customers": Export(
        write_export(
            "ID;Номер счета;Тариф;Дата подключения;Дата рождения;Клиент;Баланс",
            lambda n: (
                f"{n * 37 + 1000};77{n:05};{pick(n, 'Базовый', 'Про')};{day_in_russian(n)};"
                f"{n % 28 + 1:02}.05.19{60 + n % 30};{pick(n, 'физлицо', 'ИП', 'юрлицо')};{n}.5"
            ),
        ),
        "customers",
        {"ID": "customer_id", "Тариф": "тариф", "Дата рождения": "birth_on", "Баланс": "баланс"},
    ),
    # Subscriptions, deals, leads --------------------------------------------------------------
    "billing: subscriptions": Export(
        write_export(
            "Subscription ID,Customer ID,Plan,Status,Start Date,End Date,Monthly Fee",
            lambda n: (
                f"sub_{n:05},{client(n, 31)},{pick(n, 'basic', 'pro')},"
                f"{pick(n, 'active', 'canceled')},{day(n)},{pick(n, '', day(n, 6))},{n % 3 * 10 + 9}.90"
            ),
        ),
        "subscriptions",
        {
            "Subscription ID": "subscription_id",
            "Customer ID": "customer_id",
            "Plan": "tariff_id",
            "Start Date": "started_on",
            "End Date": "ended_on",
            "Status": "status",
        },
    ),
    "договоры": Export(
        write_export(
            "Номер договора;Клиент;Тариф;Дата начала;Дата окончания;Статус",
            lambda n: (
                f"Д-{n:05};{client(n, 31)};{pick(n, 'Базовый', 'Про')};{day_in_russian(n)};"
                f"{pick(n, '', day_in_russian(n, 6))};{pick(n, 'действует', 'расторгнут')}"
            ),
        ),
        "subscriptions",
        {
            "Номер договора": "subscription_id",
            "Клиент": "customer_id",
            "Тариф": "tariff_id",
            "Дата начала": "started_on",
            "Дата окончания": "ended_on",
        },
    ),
    "CRM: leads": Export(
        write_export(
            "Lead ID,Company,Lead Source,Lead Status,Created Date,Owner",
            lambda n: (
                f"L-{n:04},{pick(n, 'Acme', 'Globex')},{pick(n, 'web', 'fair')},"
                f"{pick(n, 'new', 'won')},{day(n)},{pick(n, 'ann', 'bob')}"
            ),
        ),
        "leads",
        {"Lead ID": "lead_id", "Lead Status": "status", "Created Date": "opened_on"},
    ),
    "CRM: лиды": Export(
        write_export(
            "ID лида;Название лида;Источник;Статус лида;Дата создания;Ответственный",
            lambda n: (
                f"{n + 10};Заявка {n};{pick(n, 'Сайт', 'Выставка')};"
                f"{pick(n, 'Новый', 'В работе')};{day_in_russian(n)};{pick(n, *SURNAMES)}"
            ),
        ),
        "leads",
        {
            "ID лида": "lead_id",
            "Статус лида": "status",
            "Дата создания": "opened_on",
            "Источник": "channel",
        },
    ),
    "CRM: deals": Export(
        write_export(
            "Deal ID,Deal Name,Company ID,Deal Stage,Amount,Create Date,Close Date",
            lambda n: (
                f"{n + 7000},Deal {n},{client(n)},{pick(n, 'offer', 'won', 'lost')},{n * 100}.00,"
                f"{day(n)},{day(n, 6)}"
            ),
        ),
        "deals",
        {
            "Deal ID": "deal_id",
            "Company ID": "customer_id",
            "Deal Stage": "stage",
            "Amount": "amount",
            "Close Date": "closed_on",
        },
    ),
    "CRM: сделки": Export(
        write_export(
            "ID сделки;Название сделки;Бюджет;Этап сделки;Дата создания;Дата закрытия",
            lambda n: (
                f"{n + 10};Сделка {n};{n * 1000};{pick(n, 'Переговоры', 'Успешно')};{day_in_russian(n)};"
                f"{day_in_russian(n, 6)}"
            ),
        ),
        "deals",
        {
            "ID сделки": "deal_id",
            "Бюджет": "amount",
            "Этап сделки": "stage",
            "Дата создания": "opened_on",
            "Дата закрытия": "closed_on",
        },
    ),
    # What customers say, and what ties them ---------------------------------------------------
    "survey: NPS": Export(
        write_export(
            "respondent_id,survey_date,nps,comment",
            lambda n: f"{client(n, 37)},{day(n)},{n % 11},{pick(n, 'All fine', 'Too slow', '')}",
        ),
        "feedback",
        {
            "respondent_id": "customer_id",
            "survey_date": "occurred_at",
            "nps": "nps",
            "comment": "text",
        },
    ),
    "отзывы": Export(
        write_export(
            "Дата отзыва;Клиент;Товар;Оценка;Отзыв",
            lambda n: (
                f"{day_in_russian(n)};{client(n)};{pick(n, 'Чай', 'Кофе')};{n % 5 + 1};"
                f"{pick(n, 'Всё отлично', 'Долго везли')}"
            ),
        ),
        "feedback",
        {
            "Дата отзыва": "occurred_at",
            "Клиент": "customer_id",
            "Оценка": "rating",
            "Отзыв": "text",
        },
    ),
    "members of campaigns": Export(
        write_export("campaign_id,household_id", lambda n: f"{n // 10 + 1},{n * 7 % 23 + 100}"),
        "relations",
        {"household_id": "customer_id"},
    ),
    "участники акций": Export(
        write_export(
            "Акция;Код клиента", lambda n: f"{pick(n // 10, 'Весна', 'Лето')};{client(n)}"
        ),
        "relations",
        {"Код клиента": "customer_id"},
    ),
    "приведи друга": Export(
        write_export(
            "Пригласивший;Приглашенный;Дата", lambda n: f"{client(n)};Н{n:04};{day_in_russian(n)}"
        ),
        "relations",
        {
            "Пригласивший": "customer_id",
            "Приглашенный": "related_customer_id",
            "Дата": "occurred_at",
        },
    ),
    # What there is to sell, and what came back ------------------------------------------------
    "1C: номенклатура": Export(
        write_export(
            "Артикул;Наименование;Группа;Единица;Цена",
            lambda n: f"А-{n:05};Товар {n};{pick(n, 'Краски', 'Клеи')};шт;{n * 9 + 10},00",
        ),
        "products",
        {"Артикул": "product_id", "Наименование": "product_name", "Цена": "price_amount"},
    ),
    "price list": Export(
        write_export(
            "SKU,Product Name,Category,Price",
            lambda n: f"SKU-{n:04},Thing {n},{pick(n, 'home', 'garden')},{n}.99",
        ),
        "products",
        {"SKU": "product_id", "Product Name": "product_name", "Price": "price_amount"},
    ),
    "страховая: полисы": Export(
        write_export(
            "Номер полиса;Страхователь;Продукт;Дата начала;Дата окончания;Премия",
            lambda n: (
                f"П-{n:05};{client(n, 31)};{pick(n, 'КАСКО', 'ОСАГО')};{day_in_russian(n)};{day_in_russian(n, 6)};"
                f"{n * 100}"
            ),
        ),
        "subscriptions",
        {
            "Номер полиса": "subscription_id",
            "Страхователь": "customer_id",
            "Дата начала": "started_on",
            "Дата окончания": "ended_on",
        },
    ),
    "issue tracker": Export(
        write_export(
            "issue_key,reporter,created,resolved,issue_type,priority,status",
            lambda n: (
                f"SUP-{n + 1},{client(n)},{day(n)},{day(n, 6)},{pick(n, 'Bug', 'Task')},"
                f"{pick(n, 'Low', 'High')},{pick(n, 'Open', 'Done')}"
            ),
        ),
        "interactions",
        {
            "issue_key": "interaction_id",
            "reporter": "customer_id",
            "created": "occurred_at",
            "issue_type": "topic",
            "status": "outcome",
        },
    ),
    "обзвон: клиенты по телефону": Export(
        write_export(
            "Дата;Время;Менеджер;Телефон клиента;Результат звонка;Комментарий",
            lambda n: (
                f"{day_in_russian(n)};{n % 12 + 8}:{n:02};{pick(n, *SURNAMES)};+7916{1234500 + n % 13};"
                f"{pick(n, 'дозвон', 'нет ответа')};{pick(n, 'перезвонить', '', 'согласен')}"
            ),
        ),
        "interactions",
        {
            "Дата": "occurred_at",
            "Менеджер": "operator_id",
            "Телефон клиента": "customer_id",
            "Результат звонка": "outcome",
            "Комментарий": "text",
        },
    ),
    "followers": Export(
        write_export("follower_id,followee_id", lambda n: f"{n % 11},{n * 7 % 23 + 100}"),
        "relations",
        {"follower_id": "customer_id", "followee_id": "related_customer_id"},
    ),
}

"""Invented exports of the programs that companies keep their customers in, English and Russian."""

from dataclasses import dataclass, field

ROWS = 40


@dataclass(frozen=True)
class Export:
    """A small file, and what a person who knows the trade would say it is.

    Attributes
    ----------
    text
        As it would be saved.
    kind
        What its rows are.
    targets
        Of its columns, those that matter, and what they are.
    quarantined
        Rows that are dirt.
    """

    text: str
    kind: str
    targets: dict[str, str] = field(default_factory=dict)
    quarantined: int = 0


def _write(head, row):
    return "\n".join([head, *(row(number) for number in range(ROWS))]) + "\n"


def _client(number, many=11):
    return f"K{number * 7 % many:04}"


def _day(number, month=3):
    return f"2024-{month + number % 3:02}-{number % 28 + 1:02}"


def _tag(number, month=3):
    return f"{number % 28 + 1:02}.{month + number % 3:02}.2024"


def _pick(number, *values):
    return values[number % len(values)]


_FIRMS = ("ООО «Заря»", "АО «Луч»", "ИП Котов", "ООО «Восток»", "ЗАО «Мост»", "ООО «Клён»")
_SURNAMES = ("Иванов", "Петрова", "Сидоров", "Кузнецова", "Соколов", "Лебедева", "Козлов")
_NAMES = ("Пётр", "Анна", "Илья", "Вера", "Олег", "Нина")
_LATIN_NAMES = ("John Smith", "Mary Jones", "Peter Brown", "Susan Taylor", "Mark Wilson")

EXPORTS = {
    # Orders -----------------------------------------------------------------------------------
    "1C: sales documents": Export(
        _write(
            "Номер;Дата;Контрагент;Склад;Сумма;Валюта;Ответственный",
            lambda n: (
                f"УТ-{n:06};{_tag(n)} 10:{n:02}:00;{_pick(n, *_FIRMS)};"
                f"{_pick(n, 'Основной', 'Север')};{1000 + n * 37},50;руб.;{_pick(n, *_SURNAMES)}"
            ),
        ),
        "purchases",
        {
            "Номер": "purchase_id",
            "Дата": "purchased_at",
            "Контрагент": "customer_id",
            "Сумма": "amount",
            "Валюта": "currency",
        },
    ),
    "1C: sales by product": Export(
        _write(
            "Документ продажи;Дата документа;Контрагент;Номенклатура;Количество;Цена;Сумма",
            lambda n: (
                f"РТУ-{n // 3:05};{_tag(n // 3)};{_pick(n // 3, *_FIRMS)};"
                f"{_pick(n, 'Краска белая', 'Клей ПВА', 'Кисть 40 мм')};{n % 4 + 1};120,00;"
                f"{(n % 4 + 1) * 120},00"
            ),
        ),
        "purchases",
        {
            "Документ продажи": "purchase_id",
            "Дата документа": "purchased_at",
            "Контрагент": "customer_id",
            "Номенклатура": "product_id",
            "Количество": "quantity",
            "Цена": "unit_price",
            "Сумма": "line_amount",
        },
    ),
    "web shop: orders": Export(
        _write(
            "Order Number,Created at,Customer Email,Financial Status,Currency,Subtotal,Shipping,Total",
            lambda n: (
                f"#{1001 + n},{_day(n)} 09:{n:02}:11,buyer{n % 13}@example.com,"
                f"{_pick(n, 'paid', 'refunded', 'paid')},USD,{n + 20}.00,4.90,{n + 24}.90"
            ),
        ),
        "purchases",
        {
            "Order Number": "purchase_id",
            "Created at": "purchased_at",
            "Customer Email": "customer_id",
            "Total": "amount",
            "Currency": "currency",
        },
    ),
    "web shop: lines of orders": Export(
        _write(
            "order_id,customer_id,order_date,sku,product,qty,price",
            lambda n: (
                f"{50_000 + n // 2},{_client(n // 2)},{_day(n // 2)},SKU-{n % 7},"
                f"{_pick(n, 'Mug', 'Cap', 'Shirt')},{n % 3 + 1},{n % 9 + 1}.99"
            ),
        ),
        "purchases",
        {
            "order_id": "purchase_id",
            "customer_id": "customer_id",
            "order_date": "purchased_at",
            "sku": "product_id",
            "qty": "quantity",
            "price": "unit_price",
        },
    ),
    "интернет-магазин: заказы": Export(
        _write(
            "№ заказа;Создан;Покупатель;Статус;Сумма заказа;Промокод;Способ оплаты",
            lambda n: (
                f"{n + 300};{_tag(n)} 12:{n:02};{_client(n)};{_pick(n, 'Доставлен', 'Отменён')};"
                f"{n * 10 + 990} ₽;{_pick(n, '', 'ВЕСНА', '')};{_pick(n, 'Карта', 'Наличные')}"
            ),
        ),
        "purchases",
        {
            "№ заказа": "purchase_id",
            "Создан": "purchased_at",
            "Покупатель": "customer_id",
            "Сумма заказа": "amount",
            "Промокод": "promo_code",
        },
    ),
    "касса: чеки": Export(
        _write(
            "Чек;Смена;Дата и время;Карта лояльности;Сумма чека;Кассир",
            lambda n: (
                f"{n + 1:07};{n // 10 + 1};{_tag(n)} 18:{n:02};{_pick(n, '', f'77{n % 9:06}')};"
                f"{n * 5 + 100},00;{_pick(n, *_SURNAMES)}"
            ),
        ),
        "purchases",
        {
            "Чек": "purchase_id",
            "Дата и время": "purchased_at",
            "Карта лояльности": "customer_id",
            "Сумма чека": "amount",
        },
    ),
    # Money ------------------------------------------------------------------------------------
    "банк: выписка": Export(
        _write(
            "Дата операции;Номер документа;Плательщик;Сумма;Валюта;Назначение платежа",
            lambda n: (
                f"{_tag(n)};{n + 12};{_pick(n, *_FIRMS)};{1000 + n * 11},00;RUB;"
                f"Оплата по счёту {n + 70} за март, в т. ч. НДС 20 %"
            ),
        ),
        "payments",
        {
            "Дата операции": "paid_at",
            "Плательщик": "customer_id",
            "Сумма": "amount",
            "Валюта": "currency",
        },
    ),
    "bank: statement of accounts": Export(
        _write(
            "Transaction Date,Account Number,Transaction Type,Description,Amount,Balance",
            lambda n: (
                f"{_day(n)},40817{n % 9:06},{_pick(n, 'card', 'transfer', 'fee')},"
                f"{_pick(n, 'Grocery', 'Salary', 'Fuel')},{n * 3 - 50}.25,{9000 + n * 7}.10"
            ),
        ),
        "payments",
        {"Transaction Date": "paid_at", "Account Number": "customer_id", "Amount": "amount"},
    ),
    "биллинг: платежи": Export(
        _write(
            "Номер платежа;Лицевой счет;Дата платежа;Сумма платежа;Способ оплаты",
            lambda n: (
                f"{n + 900};{77_000 + n % 9};{_tag(n)};{n * 2 + 100},00;{_pick(n, 'СБП', 'Карта')}"
            ),
        ),
        "payments",
        {
            "Номер платежа": "payment_id",
            "Лицевой счет": "customer_id",
            "Дата платежа": "paid_at",
            "Сумма платежа": "amount",
            "Способ оплаты": "payment_method",
        },
    ),
    # Calls, tickets, clicks -------------------------------------------------------------------
    "АТС: звонки абонентов": Export(
        _write(
            "Абонент;Вызываемый номер;Начало вызова;Длительность;Тип вызова",
            lambda n: (
                f"{_client(n)};B{n * 3 % 29:05};{_tag(n)} 14:{n:02}:05;{n % 7}:{n:02};"
                f"{_pick(n, 'исходящий', 'входящий')}"
            ),
        ),
        "events",
        {
            "Абонент": "customer_id",
            "Вызываемый номер": "counterpart_id",
            "Начало вызова": "occurred_at",
            "Длительность": "duration_seconds",
            "Тип вызова": "direction",
        },
    ),
    "call center: log": Export(
        _write(
            "Call ID,Caller ID,Agent,Queue,Start Time,Wait Time,Talk Time,Disposition",
            lambda n: (
                f"C-{n:05},{_client(n)},{_pick(n, 'ann', 'bob')},{_pick(n, 'sales', 'help')},"
                f"{_day(n)} 11:{n:02}:00,00:00:{n:02},00:0{n % 9}:{n:02},"
                f"{_pick(n, 'solved', 'callback', 'lost')}"
            ),
        ),
        "interactions",
        {
            "Call ID": "interaction_id",
            "Caller ID": "customer_id",
            "Agent": "operator_id",
            "Start Time": "occurred_at",
            "Wait Time": "wait_seconds",
            "Talk Time": "duration_seconds",
            "Disposition": "outcome",
        },
    ),
    "help desk: tickets": Export(
        _write(
            "Ticket ID,Requester ID,Subject,Status,Priority,Created at,Solved at,Assignee",
            lambda n: (
                f"{n + 4000},{_client(n)},{_pick(n, 'Refund', 'Login', 'Delivery')},"
                f"{_pick(n, 'open', 'solved')},{_pick(n, 'low', 'high')},{_day(n)} 08:{n:02}:00,"
                f"{_day(n, 6)} 09:00:00,{_pick(n, 'ann', 'bob')}"
            ),
        ),
        "interactions",
        {
            "Ticket ID": "interaction_id",
            "Requester ID": "customer_id",
            "Subject": "topic",
            "Status": "outcome",
            "Created at": "occurred_at",
            "Assignee": "operator_id",
        },
    ),
    "служба поддержки: обращения": Export(
        _write(
            "Номер обращения;Клиент;Тема;Создано;Закрыто;Исполнитель;Статус",
            lambda n: (
                f"{n + 80};{_client(n)};{_pick(n, 'Счёт', 'Скорость')};{_tag(n)} 10:{n:02};"
                f"{_tag(n, 6)} 11:00;{_pick(n, *_SURNAMES)};{_pick(n, 'Закрыто', 'В работе')}"
            ),
        ),
        "interactions",
        {
            "Номер обращения": "interaction_id",
            "Клиент": "customer_id",
            "Тема": "topic",
            "Создано": "occurred_at",
            "Исполнитель": "operator_id",
            "Статус": "outcome",
        },
    ),
    "рассылка: отправки": Export(
        _write(
            "Кампания;Клиент;Дата отправки;Канал;Результат",
            lambda n: (
                f"{_pick(n, 'Весна', 'Лето')};{_client(n)};{_tag(n)};{_pick(n, 'sms', 'email')};"
                f"{_pick(n, 'открыл', 'не открыл', 'купил')}"
            ),
        ),
        "interactions",
        {
            "Кампания": "campaign_id",
            "Клиент": "customer_id",
            "Дата отправки": "occurred_at",
            "Канал": "channel",
            "Результат": "outcome",
        },
    ),
    "site: clicks": Export(
        _write(
            "visitor_id,session_id,timestamp,event,page_url,device",
            lambda n: (
                f"{_client(n)},s{n // 4},{_day(n)}T07:{n:02}:00Z,{_pick(n, 'view', 'click')},"
                f"/p/{n % 5},{_pick(n, 'phone', 'desktop')}"
            ),
        ),
        "events",
        {
            "visitor_id": "customer_id",
            "session_id": "session_id",
            "timestamp": "occurred_at",
            "event": "name",
            "page_url": "page",
        },
    ),
    "биллинг: расход за месяц": Export(
        _write(
            "Абонент;Период;Минуты;Трафик, МБ;Начислено",
            lambda n: (
                f"{_client(n)};{_pick(n // 11, 'Январь', 'Февраль', 'Март', 'Апрель')} 2024;{n * 7};"
                f"{n * 100};{n + 300},00"
            ),
        ),
        "events",
        {"Абонент": "customer_id", "Период": "occurred_at", "Трафик, МБ": "traffic_megabytes"},
    ),
    "usage by month": Export(
        _write(
            "account_id,month,logins,storage_gb",
            lambda n: f"{_client(n)},2024-{n // 11 + 1:02},{n * 3 % 17},{n * 0.5}",
        ),
        "events",
        {"account_id": "customer_id", "month": "occurred_at"},
    ),
    "лояльность: движение баллов": Export(
        _write(
            "Номер карты;Дата операции;Вид операции;Баллы;Магазин",
            lambda n: (
                f"77{n % 9:06};{_tag(n)};{_pick(n, 'начисление', 'списание')};{n * 5 - 40};"
                f"{_pick(n, 'Центр', 'Вокзал')}"
            ),
        ),
        "events",
        {"Номер карты": "customer_id", "Дата операции": "occurred_at", "Вид операции": "name"},
    ),
    # Customers --------------------------------------------------------------------------------
    "loyalty cards": Export(
        _write(
            "card_no,enrolled_on,tier,points_balance,last_visit",
            lambda n: (
                f"9900{n:04},{_day(n)},{_pick(n, 'gold', 'silver')},{n * 13 % 97},{_day(n, 6)}"
            ),
        ),
        "customers",
        {"card_no": "customer_id", "tier": "tier", "points_balance": "points_balance"},
    ),
    "лояльность: карты": Export(
        _write(
            "Номер карты;ФИО;Телефон;Дата выдачи;Баллы;Уровень",
            lambda n: (
                f"77{n:06};{_pick(n, *_SURNAMES)} {_pick(n, *_NAMES)};+7916{n:07};{_tag(n)};"
                f"{n * 13 % 97};{_pick(n, 'золото', 'серебро')}"
            ),
        ),
        "customers",
        {"Номер карты": "customer_id", "ФИО": "full_name", "Телефон": "phone", "Баллы": "баллы"},
    ),
    "CRM: contacts": Export(
        _write(
            "Contact ID,Full Name,Email,Phone,Account Name,City,Created Date",
            lambda n: (
                f"003A{n:06},{_pick(n, *_LATIN_NAMES)},p{n}@example.com,+1 202 555 {n:04},"
                f"{_pick(n, 'Acme', 'Globex', 'Initech')},{_pick(n, 'Oslo', 'Rome')},{_day(n)}"
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
        _write(
            "Код;Наименование;ИНН;Город;Менеджер;Дата регистрации",
            lambda n: (
                f"00-{n:08};ООО «Фирма {n}»;77{n * 12345678 % 100_000_000:08};"
                f"{_pick(n, 'Уфа', 'Омск')};{_pick(n, *_SURNAMES)};{_tag(n)}"
            ),
        ),
        "customers",
        {"Код": "customer_id", "Город": "город", "Дата регистрации": "дата_регистрации"},
    ),
    "a survey without ids": Export(
        _write(
            "age,sex,income,visits",
            lambda n: f"{20 + n},{_pick(n, 'm', 'f')},{1000 + n * 17},{n % 6}",
        ),
        "customers",
        {"age": "age", "visits": "visits"},
    ),
    "customers of whom two came twice": Export(
        _write(
            "client_id,city,balance",
            lambda n: f"{min(n, 37):04},{_pick(n, 'Oslo', 'Rome')},{n * 3}.5",
        ),
        "customers",
        {"client_id": "customer_id", "city": "city", "balance": "balance"},
        quarantined=2,
    ),
    "contracts of telecom customers": Export(
        _write(
            "ID;Номер счета;Тариф;Дата подключения;Дата рождения;Клиент;Баланс",
            lambda n: (
                f"{n * 37 + 1000};77{n:05};{_pick(n, 'Базовый', 'Про')};{_tag(n)};"
                f"{n % 28 + 1:02}.05.19{60 + n % 30};{_pick(n, 'физлицо', 'ИП', 'юрлицо')};{n}.5"
            ),
        ),
        "customers",
        {"ID": "customer_id", "Тариф": "тариф", "Дата рождения": "birth_on", "Баланс": "баланс"},
    ),
    # Subscriptions, deals, leads --------------------------------------------------------------
    "billing: subscriptions": Export(
        _write(
            "Subscription ID,Customer ID,Plan,Status,Start Date,End Date,Monthly Fee",
            lambda n: (
                f"sub_{n:05},{_client(n, 31)},{_pick(n, 'basic', 'pro')},"
                f"{_pick(n, 'active', 'canceled')},{_day(n)},{_pick(n, '', _day(n, 6))},{n % 3 * 10 + 9}.90"
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
        _write(
            "Номер договора;Клиент;Тариф;Дата начала;Дата окончания;Статус",
            lambda n: (
                f"Д-{n:05};{_client(n, 31)};{_pick(n, 'Базовый', 'Про')};{_tag(n)};"
                f"{_pick(n, '', _tag(n, 6))};{_pick(n, 'действует', 'расторгнут')}"
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
        _write(
            "Lead ID,Company,Lead Source,Lead Status,Created Date,Owner",
            lambda n: (
                f"L-{n:04},{_pick(n, 'Acme', 'Globex')},{_pick(n, 'web', 'fair')},"
                f"{_pick(n, 'new', 'won')},{_day(n)},{_pick(n, 'ann', 'bob')}"
            ),
        ),
        "leads",
        {"Lead ID": "lead_id", "Lead Status": "status", "Created Date": "opened_on"},
    ),
    "CRM: лиды": Export(
        _write(
            "ID лида;Название лида;Источник;Статус лида;Дата создания;Ответственный",
            lambda n: (
                f"{n + 10};Заявка {n};{_pick(n, 'Сайт', 'Выставка')};"
                f"{_pick(n, 'Новый', 'В работе')};{_tag(n)};{_pick(n, *_SURNAMES)}"
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
        _write(
            "Deal ID,Deal Name,Company ID,Deal Stage,Amount,Create Date,Close Date",
            lambda n: (
                f"{n + 7000},Deal {n},{_client(n)},{_pick(n, 'offer', 'won', 'lost')},{n * 100}.00,"
                f"{_day(n)},{_day(n, 6)}"
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
        _write(
            "ID сделки;Название сделки;Бюджет;Этап сделки;Дата создания;Дата закрытия",
            lambda n: (
                f"{n + 10};Сделка {n};{n * 1000};{_pick(n, 'Переговоры', 'Успешно')};{_tag(n)};"
                f"{_tag(n, 6)}"
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
        _write(
            "respondent_id,survey_date,nps,comment",
            lambda n: f"{_client(n, 37)},{_day(n)},{n % 11},{_pick(n, 'All fine', 'Too slow', '')}",
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
        _write(
            "Дата отзыва;Клиент;Товар;Оценка;Отзыв",
            lambda n: (
                f"{_tag(n)};{_client(n)};{_pick(n, 'Чай', 'Кофе')};{n % 5 + 1};"
                f"{_pick(n, 'Всё отлично', 'Долго везли')}"
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
        _write("campaign_id,household_id", lambda n: f"{n // 10 + 1},{n * 7 % 23 + 100}"),
        "relations",
        {"household_id": "customer_id"},
    ),
    "участники акций": Export(
        _write("Акция;Код клиента", lambda n: f"{_pick(n // 10, 'Весна', 'Лето')};{_client(n)}"),
        "relations",
        {"Код клиента": "customer_id"},
    ),
    "приведи друга": Export(
        _write("Пригласивший;Приглашенный;Дата", lambda n: f"{_client(n)};Н{n:04};{_tag(n)}"),
        "relations",
        {
            "Пригласивший": "customer_id",
            "Приглашенный": "related_customer_id",
            "Дата": "occurred_at",
        },
    ),
    # What there is to sell, and what came back ------------------------------------------------
    "1C: номенклатура": Export(
        _write(
            "Артикул;Наименование;Группа;Единица;Цена",
            lambda n: f"А-{n:05};Товар {n};{_pick(n, 'Краски', 'Клеи')};шт;{n * 9 + 10},00",
        ),
        "products",
        {"Артикул": "product_id", "Наименование": "product_name", "Цена": "price_amount"},
    ),
    "price list": Export(
        _write(
            "SKU,Product Name,Category,Price",
            lambda n: f"SKU-{n:04},Thing {n},{_pick(n, 'home', 'garden')},{n}.99",
        ),
        "products",
        {"SKU": "product_id", "Product Name": "product_name", "Price": "price_amount"},
    ),
    "возвраты": Export(
        _write(
            "Номер возврата;Номер заказа;Дата возврата;Причина возврата;Сумма",
            lambda n: f"В-{n:03};{n + 300};{_tag(n)};{_pick(n, 'Брак', 'Не подошло')};{n * 10},00",
        ),
        "returns",
        {
            "Номер возврата": "return_id",
            "Номер заказа": "purchase_id",
            "Дата возврата": "returned_at",
            "Причина возврата": "reason",
        },
    ),
    # Other trades, other words ----------------------------------------------------------------
    "гостиница: брони": Export(
        _write(
            "Номер брони;Гость;Дата бронирования;Заезд;Выезд;Сумма, руб;Статус",
            lambda n: (
                f"B{n + 1000};{_client(n)};{_tag(n)};{_tag(n, 6)};{_tag(n + 1, 6)};{n * 100 + 2000};"
                f"{_pick(n, 'подтверждена', 'отмена')}"
            ),
        ),
        "purchases",
        {
            "Номер брони": "purchase_id",
            "Гость": "customer_id",
            "Дата бронирования": "purchased_at",
            "Сумма, руб": "amount",
            "Статус": "status",
        },
    ),
    "клиника: визиты": Export(
        _write(
            "Дата визита;Пациент;Врач;Услуга;Стоимость",
            lambda n: (
                f"{_tag(n)};{_client(n)};{_pick(n, *_SURNAMES)};{_pick(n, 'Приём', 'УЗИ')};"
                f"{n * 50 + 900}"
            ),
        ),
        "purchases",
        {
            "Дата визита": "purchased_at",
            "Пациент": "customer_id",
            "Услуга": "product_name",
            "Стоимость": "line_amount",
        },
    ),
    "страховая: полисы": Export(
        _write(
            "Номер полиса;Страхователь;Продукт;Дата начала;Дата окончания;Премия",
            lambda n: (
                f"П-{n:05};{_client(n, 31)};{_pick(n, 'КАСКО', 'ОСАГО')};{_tag(n)};{_tag(n, 6)};"
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
        _write(
            "issue_key,reporter,created,resolved,issue_type,priority,status",
            lambda n: (
                f"SUP-{n + 1},{_client(n)},{_day(n)},{_day(n, 6)},{_pick(n, 'Bug', 'Task')},"
                f"{_pick(n, 'Low', 'High')},{_pick(n, 'Open', 'Done')}"
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
        _write(
            "Дата;Время;Менеджер;Телефон клиента;Результат звонка;Комментарий",
            lambda n: (
                f"{_tag(n)};{n % 12 + 8}:{n:02};{_pick(n, *_SURNAMES)};+7916{1234500 + n % 13};"
                f"{_pick(n, 'дозвон', 'нет ответа')};{_pick(n, 'перезвонить', '', 'согласен')}"
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
    "card transactions": Export(
        _write(
            "transaction_id,user_id,timestamp,amount_usd,merchant",
            lambda n: (
                f"t{n:05},{_client(n)},{_day(n)}T10:{n:02}:00,{n}.25,{_pick(n, 'Shell', 'Ikea')}"
            ),
        ),
        "purchases",
        {
            "transaction_id": "purchase_id",
            "user_id": "customer_id",
            "timestamp": "purchased_at",
            "amount_usd": "amount",
        },
    ),
    "followers": Export(
        _write("follower_id,followee_id", lambda n: f"{n % 11},{n * 7 % 23 + 100}"),
        "relations",
        {"follower_id": "customer_id", "followee_id": "related_customer_id"},
    ),
}
"""Name → the export."""

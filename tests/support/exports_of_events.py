"""Exports of what happened: sales, payments, calls, tickets, visits."""

from export_parts import FIRMS, SURNAMES, Export, client, day, day_in_russian, pick, write_export

EVENTS = {
    "1C: sales documents": Export(
        write_export(
            "Номер;Дата;Контрагент;Склад;Сумма;Валюта;Ответственный",
            lambda n: (
                f"УТ-{n:06};{day_in_russian(n)} 10:{n:02}:00;{pick(n, *FIRMS)};"
                f"{pick(n, 'Основной', 'Север')};{1000 + n * 37},50;руб.;{pick(n, *SURNAMES)}"
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
        write_export(
            "Документ продажи;Дата документа;Контрагент;Номенклатура;Количество;Цена;Сумма",
            lambda n: (
                f"РТУ-{n // 3:05};{day_in_russian(n // 3)};{pick(n // 3, *FIRMS)};"
                f"{pick(n, 'Краска белая', 'Клей ПВА', 'Кисть 40 мм')};{n % 4 + 1};120,00;"
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
        write_export(
            "Order Number,Created at,Customer Email,Financial Status,Currency,Subtotal,Shipping,Total",
            lambda n: (
                f"#{1001 + n},{day(n)} 09:{n:02}:11,buyer{n % 13}@example.com,"
                f"{pick(n, 'paid', 'refunded', 'paid')},USD,{n + 20}.00,4.90,{n + 24}.90"
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
        write_export(
            "order_id,customer_id,order_date,sku,product,qty,price",
            lambda n: (
                f"{50_000 + n // 2},{client(n // 2)},{day(n // 2)},SKU-{n % 7},"
                f"{pick(n, 'Mug', 'Cap', 'Shirt')},{n % 3 + 1},{n % 9 + 1}.99"
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
        write_export(
            "№ заказа;Создан;Покупатель;Статус;Сумма заказа;Промокод;Способ оплаты",
            lambda n: (
                f"{n + 300};{day_in_russian(n)} 12:{n:02};{client(n)};{pick(n, 'Доставлен', 'Отменён')};"
                f"{n * 10 + 990} ₽;{pick(n, '', 'ВЕСНА', '')};{pick(n, 'Карта', 'Наличные')}"
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
        write_export(
            "Чек;Смена;Дата и время;Карта лояльности;Сумма чека;Кассир",
            lambda n: (
                f"{n + 1:07};{n // 10 + 1};{day_in_russian(n)} 18:{n:02};{pick(n, '', f'77{n % 9:06}')};"
                f"{n * 5 + 100},00;{pick(n, *SURNAMES)}"
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
        write_export(
            "Дата операции;Номер документа;Плательщик;Сумма;Валюта;Назначение платежа",
            lambda n: (
                f"{day_in_russian(n)};{n + 12};{pick(n, *FIRMS)};{1000 + n * 11},00;RUB;"
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
        write_export(
            "Transaction Date,Account Number,Transaction Type,Description,Amount,Balance",
            lambda n: (
                f"{day(n)},40817{n % 9:06},{pick(n, 'card', 'transfer', 'fee')},"
                f"{pick(n, 'Grocery', 'Salary', 'Fuel')},{n * 3 - 50}.25,{9000 + n * 7}.10"
            ),
        ),
        "payments",
        {"Transaction Date": "paid_at", "Account Number": "customer_id", "Amount": "amount"},
    ),
    "биллинг: платежи": Export(
        write_export(
            "Номер платежа;Лицевой счет;Дата платежа;Сумма платежа;Способ оплаты",
            lambda n: (
                f"{n + 900};{77_000 + n % 9};{day_in_russian(n)};{n * 2 + 100},00;{pick(n, 'СБП', 'Карта')}"
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
        write_export(
            "Абонент;Вызываемый номер;Начало вызова;Длительность;Тип вызова",
            lambda n: (
                f"{client(n)};B{n * 3 % 29:05};{day_in_russian(n)} 14:{n:02}:05;{n % 7}:{n:02};"
                f"{pick(n, 'исходящий', 'входящий')}"
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
        write_export(
            "Call ID,Caller ID,Agent,Queue,Start Time,Wait Time,Talk Time,Disposition",
            lambda n: (
                f"C-{n:05},{client(n)},{pick(n, 'ann', 'bob')},{pick(n, 'sales', 'help')},"
                f"{day(n)} 11:{n:02}:00,00:00:{n:02},00:0{n % 9}:{n:02},"
                f"{pick(n, 'solved', 'callback', 'lost')}"
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
        write_export(
            "Ticket ID,Requester ID,Subject,Status,Priority,Created at,Solved at,Assignee",
            lambda n: (
                f"{n + 4000},{client(n)},{pick(n, 'Refund', 'Login', 'Delivery')},"
                f"{pick(n, 'open', 'solved')},{pick(n, 'low', 'high')},{day(n)} 08:{n:02}:00,"
                f"{day(n, 6)} 09:00:00,{pick(n, 'ann', 'bob')}"
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
        write_export(
            "Номер обращения;Клиент;Тема;Создано;Закрыто;Исполнитель;Статус",
            lambda n: (
                f"{n + 80};{client(n)};{pick(n, 'Счёт', 'Скорость')};{day_in_russian(n)} 10:{n:02};"
                f"{day_in_russian(n, 6)} 11:00;{pick(n, *SURNAMES)};{pick(n, 'Закрыто', 'В работе')}"
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
        write_export(
            "Кампания;Клиент;Дата отправки;Канал;Результат",
            lambda n: (
                f"{pick(n, 'Весна', 'Лето')};{client(n)};{day_in_russian(n)};{pick(n, 'sms', 'email')};"
                f"{pick(n, 'открыл', 'не открыл', 'купил')}"
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
        write_export(
            "visitor_id,session_id,timestamp,event,page_url,device",
            lambda n: (
                f"{client(n)},s{n // 4},{day(n)}T07:{n:02}:00Z,{pick(n, 'view', 'click')},"
                f"/p/{n % 5},{pick(n, 'phone', 'desktop')}"
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
        write_export(
            "Абонент;Период;Минуты;Трафик, МБ;Начислено",
            lambda n: (
                f"{client(n)};{pick(n // 11, 'Январь', 'Февраль', 'Март', 'Апрель')} 2024;{n * 7};"
                f"{n * 100};{n + 300},00"
            ),
        ),
        "events",
        {"Абонент": "customer_id", "Период": "occurred_at", "Трафик, МБ": "traffic_megabytes"},
    ),
    "usage by month": Export(
        write_export(
            "account_id,month,logins,storage_gb",
            lambda n: f"{client(n)},2024-{n // 11 + 1:02},{n * 3 % 17},{n * 0.5}",
        ),
        "events",
        {"account_id": "customer_id", "month": "occurred_at"},
    ),
    "возвраты": Export(
        write_export(
            "Номер возврата;Номер заказа;Дата возврата;Причина возврата;Сумма",
            lambda n: (
                f"В-{n:03};{n + 300};{day_in_russian(n)};{pick(n, 'Брак', 'Не подошло')};{n * 10},00"
            ),
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
        write_export(
            "Номер брони;Гость;Дата бронирования;Заезд;Выезд;Сумма, руб;Статус",
            lambda n: (
                f"B{n + 1000};{client(n)};{day_in_russian(n)};{day_in_russian(n, 6)};{day_in_russian(n + 1, 6)};{n * 100 + 2000};"
                f"{pick(n, 'подтверждена', 'отмена')}"
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
        write_export(
            "Дата визита;Пациент;Врач;Услуга;Стоимость",
            lambda n: (
                f"{day_in_russian(n)};{client(n)};{pick(n, *SURNAMES)};{pick(n, 'Приём', 'УЗИ')};"
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
    "card transactions": Export(
        write_export(
            "transaction_id,user_id,timestamp,amount_usd,merchant",
            lambda n: (
                f"t{n:05},{client(n)},{day(n)}T10:{n:02}:00,{n}.25,{pick(n, 'Shell', 'Ikea')}"
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
}

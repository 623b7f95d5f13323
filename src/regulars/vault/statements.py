"""What the vault asks of its two files: which documents are known, pending, readable."""

KNOWN = """
select w.customer_id, k.key_id, k.wrapped, d.sealed, p.sealed
from wanted w
left join keys.wrapped k on k.customer_id = w.customer_id
left join documents d on d.customer_id = w.customer_id and d.key_id = k.key_id
left join pending p
  on p.load_id = :load_id and p.customer_id = w.customer_id and p.key_id = k.key_id
"""
OVERLAPPING = """
select p.customer_id, k.key_id, k.wrapped, d.sealed, p.sealed
from pending p
join keys.wrapped k on k.customer_id = p.customer_id and k.key_id = p.key_id
join documents d on d.customer_id = p.customer_id and d.key_id = k.key_id
where p.load_id = :load_id and p.customer_id > :after
order by p.customer_id limit :batch
"""
NEW = """
insert or replace into documents
select p.customer_id, p.key_id, p.load_id, p.sealed
from pending p
join keys.wrapped k on k.customer_id = p.customer_id and k.key_id = p.key_id
left join documents d on d.customer_id = p.customer_id and d.key_id = k.key_id
where p.load_id = :load_id and d.customer_id is null
"""
READ = """
select w.place, w.customer_id, k.key_id, k.wrapped, d.sealed
from wanted w
join keys.wrapped k on k.customer_id = w.customer_id
join documents d on d.customer_id = w.customer_id and d.key_id = k.key_id
"""
KNOWN_WANTED = """
select customer_id from documents where customer_id in (select customer_id from wanted)
union select customer_id from pending where customer_id in (select customer_id from wanted)
"""
COUNT = """
select count(*) from documents d
join keys.wrapped k on k.customer_id = d.customer_id and k.key_id = d.key_id
"""

package verify

// ruleChecks are the promises of the rules of assistance: two people for each edition, and
// the Book of every decision kept.
func ruleChecks() []Check {
	return []Check{
		{"rules.signed", "every edition was signed by one and published by another, each with an entry, and is what was signed", `
			with bad as (select e.number from rulebook_edition e left join rulebook_draft d on d.id = e.draft
				where e.number = 1 and not exists (select from audit_entry a where a.act = 'rulebook.founded' and a.subject = 'edition:1')
					or e.number > 1 and (d.id is null or d.state <> 'published' or d.digest <> e.source or e.author = e.publisher
						or not exists (select from audit_entry a where a.act = 'rulebook.signed' and a.subject = 'draft:' || e.draft and a.actor_id = e.author::text)
						or not exists (select from audit_entry a where a.act = 'rulebook.published' and a.subject = 'draft:' || e.draft and a.actor_id = e.publisher::text)))
			select (select count(*) from rulebook_edition), (select count(*) from bad),
				array(select 'edition ' || number from bad order by number limit 5)`},
		{"rules.kept", "the Book of every finding is one that was published, so that it can be found again", `
			with used as (select distinct book from finding where exists (select from rulebook_edition)),
			bad as (select book from used u where not exists (select from rulebook_book b where b.digest = u.book))
			select (select count(*) from used), (select count(*) from bad),
				array(select substr(book, 1, 12) from bad order by book limit 5)`},
	}
}

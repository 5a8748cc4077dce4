package registry

// The looks for people with tokens of each of up to eight sets. A look starts from the
// set that the fewest have, so that each step is a search of the index and none a filter of
// what a common surname has in the whole city; and it stops at the limit, before anything
// is sorted or a row of a person is read: of the ten thousand of one name it touches those
// it gives.
//
// Where the scope is some townships it goes from one to the next, for the index holds the
// people of a token township by township. Who sees the whole city goes along the token
// once: a hundred and thirty steps into the index are most of what a search would cost.
// The commonest looks, for one set and for two, are statements of their own: to plan one
// with room for eight takes longer than to run it. What else somebody must have is asked
// as a value and not by exists, which a plan that is made once for all would answer from a
// table of everybody who has it. Whether somebody lives in a village is one step into the
// index of villages, whose entries of one village lie together, and not a row of each who
// might live there: a community has forty thousand, a township a thousand of one name.
//
// $1 the tokens of the first set, $2 how many of them to look at, $3 how many people.
const (
	hitsBegin = `with hit as materialized (select distinct person from (select t.person from `
	hitsEnd   = ` limit $3) t limit $2) found limit $3)
		select ` + personColumns + ` from hit join person p on p.id = hit.person`

	ofTokens = `unnest($1::bigint[]) k(token) cross join lateral (select t.person from person_token t where t.token = k.token`
	inTown   = ` and t.region = s.region`
	own      = `::text[] else string_to_array(current_setting('lianou.regions', true), ',') end) s(region) cross join `

	inVillage = ` and (select true from unnest($4::text[]) u(village)` + livesThere
	second    = ` and (select true from person_token o where o.token = any($4::bigint[]) and o.region = t.region and o.person = t.person limit 1)`
	upToEight = ` and ($4::bigint[] is null or (select true from person_token o where o.token = any($4) and o.region = t.region and o.person = t.person limit 1))
		and ($5::bigint[] is null or (select true from person_token o where o.token = any($5) and o.region = t.region and o.person = t.person limit 1))
		and ($6::bigint[] is null or (select true from person_token o where o.token = any($6) and o.region = t.region and o.person = t.person limit 1))
		and ($7::bigint[] is null or (select true from person_token o where o.token = any($7) and o.region = t.region and o.person = t.person limit 1))
		and ($8::bigint[] is null or (select true from person_token o where o.token = any($8) and o.region = t.region and o.person = t.person limit 1))
		and ($9::bigint[] is null or (select true from person_token o where o.token = any($9) and o.region = t.region and o.person = t.person limit 1))
		and ($10::bigint[] is null or (select true from person_token o where o.token = any($10) and o.region = t.region and o.person = t.person limit 1))`
	anyVillage = ` and (cardinality($11::text[]) = 0 or (select true from unnest($11::text[]) u(village)` + livesThere + `)`
	livesThere = ` cross join lateral (select from person v where v.village = u.village and v.region = t.region and v.id = t.person limit 1) v
		where left(u.village, 9) = t.region limit 1)`

	byOne       = hitsBegin + `unnest(case when cardinality($4::text[]) > 0 then $4` + own + ofTokens + inTown + hitsEnd
	byOneInCity = hitsBegin + ofTokens + hitsEnd

	byOneInVillage = hitsBegin + `unnest(case when cardinality($5::text[]) > 0 then $5` + own + ofTokens + inTown + inVillage + hitsEnd

	byTwo       = hitsBegin + `unnest(case when cardinality($5::text[]) > 0 then $5` + own + ofTokens + inTown + second + hitsEnd
	byTwoInCity = hitsBegin + ofTokens + second + hitsEnd

	byMany       = hitsBegin + `unnest(case when cardinality($12::text[]) > 0 then $12` + own + ofTokens + inTown + upToEight + anyVillage + hitsEnd
	byManyInCity = hitsBegin + ofTokens + upToEight + hitsEnd
)

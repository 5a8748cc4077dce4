package casefile

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// Lack is one thing without which what a household named cannot be decided. It is asked of the
// household, or looked up where a register of the city has it: never both.
type Lack struct {
	Key    string   // the path of a fact, or "paper/" and its name
	Word   string   // as the household is asked for it
	Keeper string   // kind of the register that answers; "" where the household is asked
	Items  []string // the items that hang on it, in everyday words; none for the whole case
	None   bool     // the register was asked and has nothing: the household is asked after all
	Before bool     // the household was asked for it already (一次性告知)
}

// Ours reports whether we look it up ourselves.
func (l Lack) Ours() bool { return l.Keeper != "" && !l.None }

// lackingOf is what the list of a case follows from.
type lackingOf struct {
	findings []Finding
	claims   []Claim
	asked    []core.ItemCode
	names    map[core.MemberRef]string
	means    []MeansPerson
	today    core.Date
	account  bool // a card is on record
	card     bool // pictures of the identity card are
	identity Identity
	looks    []Lookup
	before   []string // keys that the household was asked for
}

// Lacking lists everything that is still wanting of the items of a case that are on their way:
// the facts that nobody knows and that could decide one, and the papers of each.
func (s *Store) Lacking(ctx context.Context, tx *pg.Tx, c Case) ([]Lack, error) {
	of := lackingOf{asked: c.Asked, today: tx.Today(), identity: c.Identity, names: map[core.MemberRef]string{}}
	var err error
	step := func(read func() error) {
		if err == nil {
			err = read()
		}
	}
	if c.FactsVersion > 0 {
		step(func() (e error) { of.findings, e = s.Findings(ctx, tx, c.ID, c.FactsVersion); return })
	}
	step(func() (e error) { of.claims, e = s.Claims(ctx, tx, c.ID); return })
	step(func() (e error) { of.means, e = s.MeansPeople(ctx, tx, c); return })
	step(func() (e error) { of.looks, e = s.looks(ctx, tx, c, nil); return })
	step(func() error { return of.papers(ctx, tx, c.ID) })
	step(func() (e error) { of.before, e = s.askedKeys(ctx, tx, c.ID); return })
	if err != nil {
		return nil, err
	}
	return of.list(), nil
}

// papers reads what came with the application, and who is of the household.
func (of *lackingOf) papers(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	var came []core.Paper
	err := tx.QueryRow(ctx, `select f.account is not null or exists (select from person p where p.id = f.person and p.account is not null), f.papers from casefile f where f.id = $1`, id).Scan(&of.account, &came)
	if err != nil {
		return pg.Fail(err, "read what came with an application")
	}
	of.card = slices.ContainsFunc(came, func(p core.Paper) bool { return p.Kind == core.PaperIDFront })
	rows, err := tx.Query(ctx, `select ref, name from case_member where case_id = $1 and ended is null`, id)
	if err != nil {
		return pg.Fail(err, "read who is of a household")
	}
	var ref core.MemberRef
	var name string
	_, err = pgx.ForEachRow(rows, []any{&ref, &name}, func() error { of.names[ref] = name; return nil })
	return pg.Fail(err, "read who is of a household")
}

// named are the items of the case that are on their way: named by the household or filed.
func (of lackingOf) named() (list []core.ItemCode, cash bool) {
	list = slices.Clone(of.asked)
	for _, c := range of.claims {
		open := slices.Contains([]ClaimState{ClaimProposed, ClaimAgreed, ClaimReviewed, ClaimNoticed, ClaimObjected}, c.State)
		if open && !slices.Contains(list, c.Item) {
			list = append(list, c.Item)
		}
		if !open {
			list = slices.DeleteFunc(list, func(i core.ItemCode) bool { return i == c.Item })
		}
		cash = cash || open && c.Cash
	}
	return list, cash
}

func (of lackingOf) list() []Lack {
	items, cash := of.named()
	all := lacks{of: of}
	// 1. The facts that nobody knows, in the order of the items.
	means := false
	waits, no := of.words()
	for _, f := range of.findings {
		if !slices.Contains(items, f.Item) {
			continue
		}
		for _, path := range f.Missing {
			if path == "statuses" { // granted by those who decide: nobody brings it, and nobody types it in
				continue
			}
			k, _ := wording.KeptBy(path)
			if IsMeans(path) {
				means = true
				if len(waits) > 0 {
					continue // no department is asked before the last word is there
				}
				if len(no) > 0 {
					k.Kind = "" // who said no is asked, and nobody about them
				}
			}
			all.add(path, wording.Wanted(path, of.names[member(path)]), k.Kind, f.Name)
		}
		for _, p := range wording.ItemPapers(f.Item) {
			all.add("paper/"+p.Key, p.Word, p.Keeper, f.Name)
		}
	}
	// 2. What departments are asked with: the word of each adult who has not said no.
	if means {
		for _, p := range waits {
			all.add("paper/word/"+string(p.Ref), p.Called()+"同意核对收入财产,签个字", "", "")
		}
	}
	// 3. Who it is, and where the money goes.
	if !of.card && (of.identity == IdentityMismatch || of.identity == IdentityNotFound) {
		all.add("paper/id", "身份证,两面", "", "")
	}
	if cash && !of.account {
		all.add("paper/account", "领钱的银行卡,上门时看一眼", "", "")
	}
	return all.list
}

// words are the adults whose word about income and property is still to come, and those who said no
// (社会救助暂行办法 Art. 58: departments are asked with their word alone).
func (of lackingOf) words() (waits, no []MeansPerson) {
	for _, p := range MeansLacking(of.means, of.today) {
		if p.Refused() {
			no = append(no, p)
		} else {
			waits = append(waits, p)
		}
	}
	return waits, no
}

// lacks gathers, each thing once.
type lacks struct {
	of   lackingOf
	list []Lack
}

func (l *lacks) add(key, word, keeper, item string) {
	looked := func(o LookOutcome) bool {
		return slices.ContainsFunc(l.of.looks, func(k Lookup) bool { return k.Key == key && k.Outcome == o })
	}
	if strings.HasPrefix(key, "paper/") && looked(LookFound) {
		return // a paper has no fact to be known by: that it was found is what is known
	}
	i := slices.IndexFunc(l.list, func(have Lack) bool { return have.Key == key })
	if i < 0 {
		i = len(l.list)
		l.list = append(l.list, Lack{Key: key, Word: word, Keeper: keeper, None: looked(LookNone), Before: slices.Contains(l.of.before, key)})
	}
	if item != "" && !slices.Contains(l.list[i].Items, item) {
		l.list[i].Items = append(l.list[i].Items, item)
	}
}

// member is whom a path is about, "" for the household.
func member(path string) core.MemberRef {
	rest, inside := strings.CutPrefix(path, "members/")
	if !inside {
		return ""
	}
	ref, _, _ := strings.Cut(rest, "/")
	return core.MemberRef(ref)
}

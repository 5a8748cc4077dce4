package people

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
)

// askPage is the form by which a fact is asked to be corrected, or to be written down where
// nobody has said it; without a fact chosen it lists those that can be.
type askPage struct {
	Asked   asked
	Person  registry.Person
	Claims  []claim
	Unsaid  []claim // nobody has said them yet
	Claim   *claim
	Today   core.Date
	Changes []changeRow // asked for before, of the person and the household
	Incomes incomes
	typed
}

var (
	errNoClaim = core.E(core.KindConflict, "claim", "这一项不在这里写。请从这个人的页上,点要写的那一项。")
	errLongAgo = core.Invalid("from", "最早写 1970年1月2日。从那以前就是这样的,也写这一天。")
	errSooner  = core.Invalid("from", "新的不能早于现在登记的那天起。现在登记的从那天起就是这样的话,写同一天。")
)

// askChange shows the form.
func (p *Room) askChange(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return p.askWhy(w, r, at)
	}
	id, err := number(r, "person")
	if err != nil {
		return err
	}
	page := askPage{Asked: a, typed: typed(r.PostForm)}
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		return p.claims(ctx, tx, why, core.PersonID(id), &page)
	})
	if err == nil {
		err = p.nameStaff(r.Context(), at, page.Changes)
	}
	if err != nil {
		return err
	}
	page.waits()
	if r.FormValue("fact") != "" {
		if page.Claim = page.pick(r); page.Claim == nil {
			return errNoClaim
		}
	}
	return show(w, r, at, desk.View{Room: "people", Name: "ask", Title: "请求更正"}, page)
}

// claims reads whom the form is about and what can be corrected.
func (p *Room) claims(ctx context.Context, tx *pg.Tx, why registry.Purpose, id core.PersonID, page *askPage) (err error) {
	page.Today, page.Claims, page.Unsaid, page.Changes = tx.Today(), nil, nil, nil
	if page.Person, err = p.d.Registry.Person(ctx, tx, why, id); err != nil {
		return err
	}
	if err = p.mayShow(ctx, tx, why, []registry.Member{{Person: page.Person}}); err != nil || page.Person.Household == 0 {
		return err
	}
	d, err := p.d.Registry.Dossier(ctx, tx, why, page.Person.Household, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if err != nil {
		return err
	}
	page.Claims, page.Unsaid, page.Incomes = claimsOf(d, id), unknowns(d, id), incomesOf(d)
	page.Changes, err = p.requests(ctx, tx, why, page.Person)
	return err
}

func (page askPage) pick(r *http.Request) *claim {
	for _, list := range [][]claim{page.Claims, page.Unsaid} {
		for i, c := range list {
			if c.Key == r.FormValue("fact") && c.About() == r.FormValue("about") {
				return &list[i]
			}
		}
	}
	return nil
}

// propose keeps the request. What stood is what the form showed: who saw something else
// than what stands now asks for another thing. A sum that leaps, and one that contradicts the
// household's other income, is asked about first.
func (p *Room) propose(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	if r.PostFormValue("again") != "" {
		return p.askChange(w, r, at)
	}
	id, err := number(r, "person")
	if err != nil {
		return err
	}
	if err := p.mayAsk(r, at); err != nil {
		return err
	}
	said, doubts := "", []unsure(nil)
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		page := askPage{}
		if err := p.claims(ctx, tx, why, core.PersonID(id), &page); err != nil {
			return err
		}
		if err := p.notKin(ctx, tx, why, at, page.Person.Household); err != nil {
			return err
		}
		page.waits()
		c := page.pick(r)
		if c == nil {
			return errNoClaim
		}
		if c.Waits != nil {
			return errWaits
		}
		ch, err := c.change(r, page.Person)
		if err != nil {
			return err
		}
		if doubts = page.doubts(c, ch); len(doubts) > 0 && !sure(r) {
			return nil
		}
		if ch.Reason, err = reasonBeside(ch.Reason, doubts); err != nil {
			return err
		}
		said = c.asked(ch)
		if r.PostFormValue("self") != "" { // whoever it is about wants it, and is told what came of it
			ch.Origin = change.FromCitizen
			said += "请告诉本人:" + p.due(tx.Now()).SayWhole() + "前答复。"
		}
		_, err = p.d.Changes.Propose(ctx, tx, why, ch)
		return err
	})
	if err != nil {
		return err
	}
	if len(doubts) > 0 && !sure(r) {
		return askSure(w, r, at, doubts)
	}
	return desk.Back(w, r, "/desk/people/"+strconv.FormatInt(id, 10)+"?"+string(a.Query()), said)
}

// asked is what whoever asks reads afterwards.
func (c *claim) asked(ch change.Change) string {
	switch {
	case ch.Anew:
		return "记下了,数没变。另一位同事核过,就算按现在几口人重新核对过。"
	case c.New:
		return "记下了。要由另一位同事核过才算数,在这以前还当作不知道。"
	}
	return "更正请求提交了。要由另一位同事核过才改,现在登记的先不变。"
}

// reasonBeside is a reason with what its writer was asked about and held to, for whoever decides
// to read. Errors: of a reason that says nothing, or that leaves no room for it.
func reasonBeside(reason string, doubts []unsure) (string, error) {
	if err := change.CheckReason(reason); err != nil || len(doubts) == 0 {
		return reason, err
	}
	for _, d := range doubts {
		reason += "\n〔系统问过:" + d.Say + " 提的人说没错。〕"
	}
	if change.CheckReason(reason) != nil {
		return "", core.Invalid("reason", "理由写得太长,系统问过的那几句放不下。请写短一点,五百字以内。")
	}
	return reason, nil
}

// doubts is what is asked about a correction before it is kept.
func (page askPage) doubts(c *claim, ch change.Change) []unsure {
	out := c.leaps(ch.Becomes)
	if ch.Person != 0 || ch.Path != incomeYear && ch.Path != incomeEach {
		return out
	}
	if says := page.Incomes.asked(ch, page.Changes).apart(); says != "" {
		out = append(out, unsure{incomesApart, says})
	}
	return out
}

// change reads the form.
func (c claim) change(r *http.Request, who registry.Person) (change.Change, error) {
	becomes, err := c.value(r.PostFormValue("becomes"))
	if err != nil {
		return change.Change{}, err
	}
	if err := c.fits(becomes); err != nil {
		return change.Change{}, err
	}
	from, err := core.ParseDate(r.PostFormValue("from"))
	if err != nil {
		return change.Change{}, errDay
	}
	switch {
	case from <= 0:
		return change.Change{}, errLongAgo
	case from < c.Since:
		return change.Change{}, errSooner
	}
	if r.PostFormValue("was") != c.Value {
		return change.Change{}, change.ErrMeanwhile
	}
	anew, err := c.anew(becomes, from)
	if err != nil {
		return change.Change{}, err
	}
	ch := change.Change{Household: who.Household, Anew: anew, Path: c.Key, Was: c.was, Becomes: becomes, ValidFrom: from, Origin: change.FromOfficer, Reason: r.PostFormValue("reason")}
	if !c.Home {
		ch.Person = who.ID
	}
	ch.Paper, err = paperOf(r)
	return ch, err
}

// notKin refuses whoever is declared kin of somebody of the household: they neither ask
// for a change nor decide one.
func (p *Room) notKin(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, home core.HouseholdID) error {
	if home == 0 {
		return nil
	}
	members, err := p.d.Registry.Members(ctx, tx, why, home)
	if err != nil {
		return err
	}
	ids := make([]core.PersonID, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.Person.ID)
	}
	kin, err := p.d.Staff.Relatives(ctx, tx, ids)
	if err != nil {
		return err
	}
	if _, is := kin[at.Staff.ID]; is {
		return casefile.ErrConflictOfInterest
	}
	return nil
}

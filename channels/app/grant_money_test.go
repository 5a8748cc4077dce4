package app

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/mandate"
)

// Money is the household's own to see: no helper sees any, through what they filed with an
// invitation or beside it, whatever becomes of the application, of the invitation or of its
// day; nor a helper of somebody else of the family in the same case. Who was not invited
// and said by which right they speak sees what they filed, as before: so that the emptiness
// is the invitation's.
//
// Control seen red: payout_through as it was before, without `m.granted is not null` ("at
// first, the helper: money of [the claimed and the filed]", the same at each step before the end).
func TestAHelperSeesNoMoney(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, wife, helper, second, hers := d.as(t, channeltest.Phone), d.as(t, "13905346666"), d.as(t, "13905349999"), d.as(t, "13905348888"), d.as(t, "13905347777")
	first := helps(t, s, person.Token, helper.Token, "李秀英")
	helps(t, s, person.Token, second.Token, "赵大勇")
	if _, open := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting); open.Code == "" {
		t.Fatal("no invitation waits")
	}
	d.wifeInvites(t, wife.Citizen.ID, hers.Citizen.ID)
	// The helper was first: the case is the one that was opened by what they filed.
	filed := d.file(t, filing{account: helper.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted})
	own := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	claimed := d.file(t, filing{account: helper.Citizen.ID, name: "王大伯", number: thirdID(), as: core.CapacityEntrusted})
	wifes := d.file(t, filing{account: wife.Citizen.ID, name: "王秀兰", number: otherID(), as: core.CapacitySelf})
	d.money(t, 2)
	twice := func(r core.Receipt) []core.Receipt { return []core.Receipt{r, r} }
	look := func(when string, persons, wifesSee []core.Receipt) {
		t.Helper()
		for _, c := range []struct {
			who, token string
			want       []core.Receipt
		}{
			{"the person", person.Token, persons},
			{"the wife", wife.Token, wifesSee},
			{"the helper", helper.Token, twice(claimed)},
			{"the second helper", second.Token, nil},
			{"the wife's helper", hers.Token, nil},
		} {
			_, paid := ask[[]channels.PayoutAnswer](t, s, "GET", "/payouts", c.token, "")
			var got []core.Receipt
			for _, p := range paid {
				got = append(got, p.Receipt)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s, %s: money of %v, want %v (filed %s, claimed %s)", when, c.who, got, c.want, filed, claimed)
			}
		}
	}
	look("at first", nil, twice(wifes)) // the person's own lies beside the case, until an officer has looked
	d.super(t, `update case_application set state = 'received' where state = 'contested'`)
	look("looked at", twice(own), twice(wifes))
	for _, table := range []string{"case_application", "case_status"} { // one household, one case
		d.super(t, `update `+table+` set case_id = (select case_id from case_status where receipt = '`+string(filed)+`') where receipt = '`+string(wifes)+`'`)
	}
	look("in one case", twice(own), twice(wifes))
	d.db.Advance(24 * time.Hour * 93)
	look("after its day", twice(own), twice(wifes)) // three months are over
	d.super(t, `update mandate_grant set until_day = from_day + 366`)
	if status := endHelper(t, s, person.Token, first); status != 204 {
		t.Fatalf("ended: %d", status)
	}
	look("after the end", twice(own), twice(wifes))
}

// Nor is a sum read in what a helper may look up, of the person's own application or of what
// they filed for them: the person reads it in both.
//
// Control: grant_veils that is always false ("the helper: … 620 元/月").
func TestAHelperReadsNoSum(t *testing.T) {
	t.Parallel()
	d := helping(t)
	s := d.serve(t)
	person, helper, neighbour := d.as(t, channeltest.Phone), d.as(t, "13905349999"), d.as(t, "13905348888")
	helps(t, s, person.Token, helper.Token, "李秀英")
	own := d.file(t, filing{account: person.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacitySelf})
	filed := d.file(t, filing{account: helper.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted})
	claimed := d.file(t, filing{account: neighbour.Citizen.ID, name: "王大伯", number: thirdID(), as: core.CapacityEntrusted})
	d.super(t, `update case_status set items = '[{"item":"MZ-01","name":"低保","status":"paid","amount":"620 元/月"}]',
		timeline = '[{"at":"2026-11-01T00:00:00Z","says":"派到了王庙镇。"},{"at":"2026-11-02T00:00:00Z","says":"低保 11 月的钱到账了,620 元。","money":true}]'`)
	for _, c := range []struct {
		who, token string
		receipts   []core.Receipt
		sums       bool
	}{
		{"the person", person.Token, []core.Receipt{own, filed}, true},
		{"the helper", helper.Token, []core.Receipt{own, filed}, false},
		{"who was not invited", neighbour.Token, []core.Receipt{claimed}, true},
	} {
		_, list := ask[[]channels.ApplicationAnswer](t, s, "GET", "/applications", c.token, "")
		for _, receipt := range c.receipts {
			_, one := ask[channels.ApplicationAnswer](t, s, "GET", "/applications/"+string(receipt), c.token, "")
			i := slices.IndexFunc(list, func(a channels.ApplicationAnswer) bool { return a.Receipt == receipt })
			if i < 0 || one.Receipt != receipt {
				t.Errorf("%s does not see %s", c.who, receipt)
				continue
			}
			for _, a := range []channels.ApplicationAnswer{list[i], one} { // a list has no timelines
				if len(a.Items) != 1 || (a.Items[0].Amount != "") != c.sums {
					t.Errorf("%s: %+v", c.who, a.Items)
				}
			}
			if len(one.Timeline) == 0 || (len(one.Timeline) == 2) != c.sums {
				t.Errorf("%s: %+v", c.who, one.Timeline)
			}
		}
	}
}

// wifeInvites lets the wife be helped by an account of her own choice.
func (d *door) wifeInvites(t *testing.T, wife, helper string) {
	t.Helper()
	number, err := core.ParseID(otherID(), core.DateOf(time.Now()))
	must(t, err)
	g, err := d.env.Helpers.Invite(t.Context(), mandate.Invitation{Account: wife, Name: "王秀兰", Number: number, Kind: core.CapacityEntrusted,
		Scopes: []mandate.Scope{mandate.Apply, mandate.Supplement, mandate.Notices}, Until: core.DateOf(time.Now()).AddDate(0, 3, 0)})
	must(t, err)
	_, err = d.env.Helpers.Accept(t.Context(), helper, "孙二婶", g.Code, "王秀兰")
	must(t, err)
}

// thirdID is the number of a neighbour.
func thirdID() string {
	const first = "37142419550203001"
	return first + string(core.IDCheckDigit(first))
}

// super runs a statement that no rule of the database holds back.
func (d *door) super(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `set session_replication_role = replica`)
	must(t, err)
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

// rule changes a rule of the database.
func (d *door) rule(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.db.Superuser())
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

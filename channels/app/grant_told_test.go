package app

import (
	"context"
	"strings"
	"sync"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core/jobs"
	"lianou/core/jobs/jobstest"
	"lianou/core/mandate"
	"lianou/core/notify"
	"lianou/core/pg/pgtest"
)

// postbox is a provider of text messages that is away at first, and keeps what it took.
type postbox struct {
	mu   sync.Mutex
	away int
	got  []notify.Message
}

func (p *postbox) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away > 0 {
		p.away--
		return notify.Outcome{Result: notify.Later}, nil
	}
	p.got = append(p.got, m)
	return notify.Outcome{Result: notify.Accepted}, nil
}

func (p *postbox) messages() []notify.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]notify.Message(nil), p.got...)
}

// Who invited hears by text message and in the chat who took it up, and who helped that it
// is over, though the provider was away and nobody of the request lives any more; and nobody
// helps of whom nobody can be told: it is one transaction.
//
// Controls, named: Accept without tell ("waited … for jobs"); textHelper that takes Later
// for done ("0 text messages"); a failure of tell that is passed over ("taken up, and nobody can be told").
func TestWhoInvitedIsToldByAJob(t *testing.T) {
	t.Parallel()
	d := helping(t)
	person, helper := d.as(t, channeltest.Phone), d.as(t, "13905349999")
	box := &postbox{away: 1}
	d.env.Text = box
	s := d.serve(t)
	// What nobody can be told of is not taken up.
	_, in := ask[channels.InviteAnswer](t, s, "POST", "/helpers/invite", person.Token, inviting)
	d.rule(t, `create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'`)
	d.rule(t, `create trigger refuse before insert on jobs_gateway.river_job for each row execute function refuse()`)
	if _, err := d.env.Helpers.Accept(t.Context(), helper.Citizen.ID, "李秀英", mandate.Code(in.Code), "张桂兰"); err == nil {
		t.Error("taken up, and nobody can be told")
	}
	d.rule(t, `drop trigger refuse on jobs_gateway.river_job`)
	if n := d.count(t, `select (select count(*) from mandate_grant where account is not null) + (select count(*) from jobs_gateway.river_job where kind = 'helper_tell')`); n != 0 {
		t.Errorf("%d kept of what nobody can be told of", n)
	}
	if status, _ := ask[any](t, s, "POST", "/helpers/accept", helper.Token, taking(in.Code)); status != 200 {
		t.Fatalf("taken up: %d", status)
	}
	d.works(t)
	jobstest.Wait(t, d.db.DB(pgtest.Owner), jobs.Gateway, "helper_tell", "completed", 2)
	first := box.messages()
	if len(first) != 1 || first[0].Phone.Reveal() != channeltest.Phone || !strings.Contains(first[0].Words, "李秀英接了您的代办码") || !strings.Contains(first[0].Words, "12345") {
		t.Fatalf("%d text messages: %+v", len(first), first)
	}
	if n := d.count(t, `select count(*) from talk_reply where citizen = '`+person.Citizen.ID+`'`); n != 1 {
		t.Errorf("%d words in the chat", n)
	}
	id := int64(d.count(t, `select max(id) from mandate_grant where account is not null`))
	want(t, endHelper(t, s, person.Token, id), 204)
	jobstest.Wait(t, d.db.DB(pgtest.Owner), jobs.Gateway, "helper_tell", "completed", 4)
	all := box.messages()
	if last := all[len(all)-1]; len(all) != 2 || last.Phone.Reveal() != "13905349999" || !strings.Contains(last.Words, "收回了") || last.Reference == first[0].Reference {
		t.Errorf("%d text messages, the last %+v", len(all), last)
	}
}

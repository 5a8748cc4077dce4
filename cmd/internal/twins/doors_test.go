package twins

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/app"
	"lianou/channels/channeltest"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
	"lianou/channels/wechat"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/notify"
	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
	"lianou/intake/talks"
)

// town is every door over one database, before an intake that keeps what it is given.
type town struct {
	t        *testing.T
	desk     *desktest.Desk
	intake   *channeltest.Twin
	citizens *citizen.Citizens
	talks    *talks.Store
	doors    http.Handler
	sessions map[string]*http.Cookie
	strokes  string
}

// finger is a signature, as the pages draw it.
const finger = `[{"points":[{"x":1,"y":2},{"x":3,"y":4},{"x":5,"y":7},{"x":9,"y":11}]}]`

func newTown(t *testing.T) *town {
	t.Helper()
	d := desktest.New(t)
	w := &town{t: t, desk: d, intake: channeltest.NewTwin(d.House.Rules(t), time.Now)}
	exchange, ours := d.Calls(t)
	_, err := exchange.Heard(t.Context(), calls.Report{ID: "CA1", Exchange: "test", Called: "12345", Began: time.Now()})
	must(t, err)
	must(t, ours.Take(t.Context(), "CA1", d.ID(t, "0317")))
	kept, chats := d.Talks(t)
	w.talks = kept
	agents := agent.New(agent.Deps{Desk: d.Shell, Calls: ours, Regions: d.Regions, Staff: d.Staff, Chats: chats})
	counters := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	w.sessions = d.Sessions(t, agents, "0317")
	for login, cookie := range d.Sessions(t, counters, "pingyuan.clerk", "wangmiao.assistant1") {
		w.sessions[login] = cookie
	}
	public := w.open(map[core.ChannelName]channels.Factory{"app": channels.Make(app.New), "wechat": channels.Make(wechat.New)}, w.citizensEnv())
	staff := w.open(map[core.ChannelName]channels.Factory{"agent": channels.Make(agents.Channel), "counter": channels.Make(counters.Channel)}, w.env())
	mux := http.NewServeMux()
	mux.Handle("/c/app/", public)
	mux.Handle("/c/wechat/", public)
	mux.Handle("/", d.Shell.Guard(staff))
	w.doors = mux
	w.strokes = string(channeltest.Upload(t, w.env()))
	return w
}

func (w *town) env() channels.Env {
	env := w.desk.House.Env()
	env.Intake = w.intake
	return env
}

func (w *town) citizensEnv() channels.Env {
	env, db, keys := w.env(), w.desk.Env.DB(pgtest.Gateway), w.desk.Keys.Gateway
	log := audit.NewTo(keys.Platform)
	var err error
	env.Citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: db, Ring: keys.Ring, Token: keys.Token, Audit: log})
	must(w.t, err)
	env.Cases, err = casefile.NewReader(db, keys.Shared, log)
	must(w.t, err)
	env.Talks = w.talks
	env.Text = nobody{}
	w.citizens = env.Citizens
	return env
}

func (w *town) open(doors map[core.ChannelName]channels.Factory, env channels.Env) http.Handler {
	sections := map[core.ChannelName]json.RawMessage{}
	for name := range doors {
		sections[name] = json.RawMessage(`{}`)
	}
	if _, ok := doors["wechat"]; ok {
		sections["wechat"] = json.RawMessage(`{"app_id":"wx1","app_secret":"secret"}`)
	}
	host, err := channels.Open(channels.Config{PerMinute: 1 << 20}, doors, sections, env)
	must(w.t, err)
	return host.Handler()
}

// last is the application that came last, and fails unless one came since.
func (w *town) last(since int) core.Application {
	w.t.Helper()
	list := w.intake.Applications()
	if len(list) != since+1 {
		w.t.Fatalf("%d applications, want %d", len(list), since+1)
	}
	return list[since]
}

// send sends a request and reads the answer's JSON; anything but a success fails.
func (w *town) send(r *http.Request) map[string]any {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.doors.ServeHTTP(rec, r)
	if rec.Code >= 300 {
		w.t.Fatalf("%s %s: %d %s", r.Method, r.URL.Path, rec.Code, rec.Body)
	}
	var out map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil && !errors.Is(err, io.EOF) && rec.Header().Get("Content-Type") == "application/json" {
		w.t.Fatal(err)
	}
	return out
}

func (w *town) json(path, token string, body any) map[string]any {
	w.t.Helper()
	raw, err := json.Marshal(body)
	must(w.t, err)
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	return w.send(r)
}

// fields sends a page of the desk.
func (w *town) fields(path, login string, v url.Values, files ...file) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, values := range v {
		for _, value := range values {
			must(w.t, m.WriteField(name, value))
		}
	}
	for _, f := range files {
		part, err := m.CreatePart(textproto.MIMEHeader{"Content-Type": {f.mime}, "Content-Disposition": {`form-data; name="` + f.field + `"; filename="f"`}})
		must(w.t, err)
		_, err = part.Write(f.data)
		must(w.t, err)
	}
	must(w.t, m.Close())
	body, kind := b.String(), m.FormDataContentType()
	if len(files) == 0 && path != "/c/counter/window" {
		body, kind = v.Encode(), "application/x-www-form-urlencoded"
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader([]byte(body)))
	r.Header.Set("Content-Type", kind)
	r.AddCookie(w.sessions[login])
	w.send(r)
}

// nobody is sent texts: nobody logs in by one here.
type nobody struct{}

func (nobody) Send(context.Context, notify.Message) (notify.Outcome, error) {
	return notify.Outcome{Result: notify.Later}, nil
}

type file struct {
	field, mime string
	data        []byte
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

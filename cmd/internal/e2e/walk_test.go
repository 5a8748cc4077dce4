package e2e

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lianou/channels"
	shell "lianou/channels/desk"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/township"
	"lianou/core/pg"
	"lianou/core/staff"
)

// everyRow is the whole table of the platform: the rooms' rows, the shell's own and
// the desk's doors of intake, each with its full path.
func everyRow(t *testing.T) []shell.Route {
	t.Helper()
	rows := slices.Concat(table(), shell.Own())
	for i := range rows {
		rows[i].Path = "/desk" + rows[i].Path
	}
	calls, err := agent.New(agent.Deps{}).Channel(agent.Config{}, channels.Env{})
	if err != nil {
		t.Fatal(err)
	}
	window, err := counter.New(counter.Deps{}).Channel(counter.Config{}, channels.Env{})
	if err != nil {
		t.Fatal(err)
	}
	writers := map[string][]staff.Role{"agent": {staff.Agent}, "counter": {staff.Clerk, staff.Assistant}}
	for name, ch := range map[string]channels.Channel{"agent": calls, "counter": window} {
		for _, e := range ch.Endpoints() {
			rows = append(rows, shell.Route{Method: e.Method, Path: "/c/" + name + e.Path, Roles: writers[name]})
		}
	}
	return rows
}

// A room that the platform mounts and the walk does not know is a hole in the walk.
func TestEveryRoomIsWalked(t *testing.T) {
	source, err := os.ReadFile("../../platform/rooms.go")
	if err != nil {
		t.Fatal(err)
	}
	walked := map[string]bool{}
	for _, r := range table() {
		walked[strings.Split(r.Path, "/")[1]] = true
	}
	for _, room := range regexp.MustCompile(`"lianou/channels/desk/(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		if !walked[room[1]] {
			t.Errorf("room %s is mounted and not walked: add it to table", room[1])
		}
	}
}

// target is what a walker asks for: the values of the wildcards, and what the answer
// must not hold when they are another township's.
type target struct {
	values   map[string]string // of {case}, {claim} ...
	receipt  string
	name     string
	canaries map[string]string
}

// theirs is the case of Wangmiao that has a call, a recording and a decision; none
// is one of the same shape that never was.
func theirs(t *testing.T) (real, none target) {
	t.Helper()
	d := aCase(t)
	last := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	real = target{values: map[string]string{"case": last(d.page), "decision": last(d.letter), "call": last(d.call), "drawn": d.drawn, "line": "1"}}
	// A lead of another township is its own officers' to read, who walk as well: one of Wangmiao.
	const sql = `select f.receipt, f.applicant, f.application::text, f.recording, min(c.id)::text, coalesce((select min(l.id) from lead l where l.region = f.region), 999999998)::text
		from casefile f join claim c on c.case_id = f.id where f.id = $1::bigint group by f.id`
	var application, recording, claim, lead string
	err := checker(t).Read(t.Context(), pg.City("the attacker looks up what to ask for"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, real.values["case"]).Scan(&real.receipt, &real.name, &application, &recording, &claim, &lead)
	})
	if err != nil || recording == "" {
		t.Fatalf("the case of the walk has no recording: %v", err)
	}
	maps.Copy(real.values, map[string]string{"claim": claim, "task": "1", "batch": "1", "fix": "1", "return": "1", "visit": "1", "person": "1", "household": "1", "draft": "1", "edition": "1", "pair": "1", "lead": lead, "word": "1", "statement": "1", "round": "1", "change": "1", "overlap": "1", "file": "1", "move": "1", "unsolved": "1", "asked": "1", "matter": "1", "kin": "1", "away": "1", "climb": "1", "paper": "visit1.first", "hash": recording, "name...": "../../" + application, "$": "", "act": ""})
	real.canaries = map[string]string{"receipt": real.receipt, "spoken receipt": real.receipt[:4] + " " + real.receipt[4:8] + " " + real.receipt[8:], "name": real.name,
		"story": "走不了路。", "link": d.page + `"`, "application": application, "recording": recording}
	none = target{values: maps.Clone(real.values), receipt: "7319052645", name: "司马无人"[:len(real.name)]}
	for _, key := range []string{"case", "claim", "decision", "task", "batch", "fix", "return", "visit", "person", "household", "draft", "pair", "lead", "round", "change", "kin", "away", "climb", "word", "statement", "overlap", "file", "move", "unsolved", "asked", "matter"} {
		none.values[key] = "999999999"
	}
	none.values["call"], none.values["drawn"], none.values["hash"] = "CA"+strings.Repeat("9", 20), "CA"+strings.Repeat("8", 20), strings.Repeat("9", 64)
	return real, none
}

// wildcard is one variable part of a path.
var wildcard = regexp.MustCompile(`\{([^}]+)\}`)

// paths fills a row's wildcards; a row that names an act gives one path for each.
func (w target) paths(t *testing.T, r shell.Route) []string {
	t.Helper()
	acts := []string{""}
	if strings.Contains(r.Path, "{act}") {
		acts = nil
		for _, a := range township.Acts() {
			acts = append(acts, string(a))
		}
	}
	var out []string
	for _, act := range acts {
		out = append(out, wildcard.ReplaceAllStringFunc(r.Path, func(s string) string {
			name := s[1 : len(s)-1]
			value, known := w.values[name]
			if !known {
				t.Errorf("%s: the walk has no value for %s", r.Path, s)
			}
			if name == "act" {
				value = act
			}
			return url.PathEscape(value)
		}))
	}
	return out
}

// request is one way to put what is asked for.
type request struct {
	method, path string
	form         url.Values
	header       map[string]string
}

// ways puts the same wish in every place a handler could read it from: the path
// alone, query, search, filter, sort, cursor, form, JSON and headers.
func (w target) ways(r shell.Route, path string) []request {
	ids := url.Values{"region": {"371426104"}, "regions": {"371426104"}, "township": {"371426104"}, "sort": {"region"}, "filter": {"all"}, "limit": {"9999"}, "for": {"check"}}
	for name, value := range w.values {
		if value != "" {
			ids.Set(name, value)
			ids.Set(name+"_id", value)
		}
	}
	form := maps.Clone(full)
	maps.Copy(form, ids)
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	if method == http.MethodPost {
		return []request{{method, path, form, nil}, {method, path + "?" + ids.Encode(), full, map[string]string{"HX-Request": "true"}},
			{method, path, form, map[string]string{"Content-Type": "application/json", "X-HTTP-Method-Override": "GET"}}}
	}
	inside := "/desk/township/case/" + w.values["case"]
	return []request{{method, path, nil, nil}, {method, path + "?q=" + w.receipt, nil, nil}, {method, path + "?q=" + url.QueryEscape(w.name) + "&show=late", nil, nil},
		{method, path + "?" + ids.Encode() + "&after=" + w.values["case"], nil, map[string]string{"HX-Request": "true"}},
		{method, path + "?show=mine&q=" + url.QueryEscape(w.name+"%"), nil, map[string]string{"Range": "bytes=0-"}},
		{method, path, nil, map[string]string{"X-Original-URL": inside, "X-Rewrite-URL": inside, "X-Region": "371426104", "X-Forwarded-User": "wangmiao.officer", "X-Forwarded-For": "127.0.0.1"}}}
}

// refusedWays are the ways for whoever has not the row's role: the role is asked before
// anything else is read, so all places are filled at once, and those without a log-in
// ask plainly as well. That a wrong role's plain request gets 403 at every row is
// TestEveryRouteRefusesStrangers' to see.
func (w target) refusedWays(r shell.Route, path string, plainly bool) []request {
	all := w.ways(r, path)
	header, query := map[string]string{}, url.Values{}
	for _, q := range all {
		maps.Copy(header, q.header)
		if at, err := url.Parse(q.path); err == nil {
			maps.Copy(query, at.Query())
		}
	}
	whole := request{all[0].method, path + "?" + query.Encode(), all[0].form, header}
	if plainly {
		return []request{all[0], whole}
	}
	return []request{whole}
}

// send asks and gives the answer without what differs every time.
func (q request) send(t *testing.T, c *http.Client) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), q.method, city.Platform+q.path, strings.NewReader(q.form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if q.method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range q.header {
		req.Header.Set(name, value)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode/100 == 3 { // a body that only repeats where it leads
		return resp.StatusCode, ""
	}
	return resp.StatusCode, keyOfForm.ReplaceAllString(reference.ReplaceAllString(string(b), ""), "")
}

// sent reports whether the request itself says a text: a page repeats what was asked.
func (q request) sent(text string) bool {
	path, err := url.QueryUnescape(q.path)
	return err == nil && strings.Contains(path, strings.ReplaceAll(text, " ", ""))
}

// plain takes what was asked for out of an answer that repeats it. What a page of one's own
// may list, such as leads, is taken out only where it was asked for in the path.
func (w target) plain(q request, body string) string {
	body = momentAsked.ReplaceAllString(queryOfPage.ReplaceAllString(body, ""), "")
	for name, value := range w.values {
		if slices.Contains([]string{"lead", "pair", "draft", "round", "change", "household"}, name) && !strings.Contains(q.path, "/"+name+"/") {
			continue
		}
		body = strings.ReplaceAll(body, "/"+name+"/"+value, "")
	}
	for _, said := range []string{w.receipt, w.name, w.values["call"], w.values["hash"]} {
		body = strings.ReplaceAll(body, said, "")
	}
	return body
}

// momentAsked is when an answer was made, which a device that takes visits along is told.
var momentAsked = regexp.MustCompile(`"(?:at|until)":"20\d\d-[^"]*"`)

// queryOfPage is the search that a page's own links carry on.
var queryOfPage = regexp.MustCompile(`(?i)\?q(=|%3d)[^"]*"`)

// keyOfForm is the fresh name that every empty form carries.
var keyOfForm = regexp.MustCompile(`name="key" value="[^"]*"`)

// walker is somebody who has no business with the case.
type walker struct {
	name   string
	client *http.Client
	roles  []staff.Role
}

func walkers(t *testing.T) []walker {
	t.Helper()
	list := []walker{{name: "nobody", client: session(t, "")}, {name: "a citizen", client: citizen(t)}, {name: "a revoked officer", client: revoked(t)}}
	for login, role := range map[string]staff.Role{"deping.officer": staff.Officer, "deping.approver": staff.Approver, "deping.assistant1": staff.Assistant,
		"linyi.clerk": staff.Clerk, "linyi.county": staff.County, "0317": staff.Agent, "payer1": staff.Payer, "city": staff.City, "auditor": staff.Auditor} {
		list = append(list, walker{login, session(t, login), []staff.Role{role}})
	}
	return list
}

func (w walker) has(r shell.Route) bool {
	return slices.ContainsFunc(r.Roles, func(role staff.Role) bool { return slices.Contains(w.roles, role) })
}

// stopped reports whether the desk's role check stands before the row for this walker.
// The doors of intake have a check of their own, and rows without roles have none: both
// are walked every way.
func (w walker) stopped(r shell.Route) bool {
	return len(r.Roles) > 0 && strings.HasPrefix(r.Path, "/desk/") && !w.has(r)
}

// audited reports whether a row is the auditor's, who looks at every case of the city, masked, and
// leaves an entry by it.
func audited(r shell.Route) bool { return strings.HasPrefix(r.Path, "/desk/audit") }

// may reports whether the row is open to the walker and about no township: a payer's
// batch and an agent's call are the whole city's. To use it is work and no attack.
func (w walker) may(r shell.Route) bool {
	if ofRegister(r) { // the city's officers are the only walkers whose town the register's first household is
		return w.has(r) && slices.Contains(w.roles, staff.City)
	}
	if r.Method == http.MethodPost {
		return w.has(r) && !strings.Contains(r.Path, "{case}") && !strings.Contains(r.Path, "{task}")
	}
	if strings.Contains(r.Path, "{lead}") { // the city reads every township's
		return w.has(r) && slices.Contains(w.roles, staff.City)
	}
	return w.has(r) && (strings.HasPrefix(r.Path, "/desk/agent") || strings.HasPrefix(r.Path, "/desk/county") || strings.HasPrefix(r.Path, "/desk/sampled") && !slices.Contains(w.roles, staff.County) || audited(r))
}

// P21: every row of the table, as everybody who has no business with a case, for the
// ids of that case and for ids that never were, in every place an id can stand. No
// answer holds anything of the case, no answer tells that it exists, nothing is
// changed. A new row is walked without a change here.
// Controls: casefile.View without Covers (the database still hides it); the room's
// transaction under pg.City (the handler still does); both. desk.mount without its
// role check.
func TestWalkEveryRow(t *testing.T) {
	real, none := theirs(t)
	rows := everyRow(t)
	before := traceOf(t, real.values["case"])
	var asked atomic.Int64
	t.Run("walk", func(t *testing.T) {
		for _, who := range walkers(t) {
			t.Run(who.name, func(t *testing.T) {
				t.Parallel()
				for _, r := range rows {
					if strings.HasPrefix(r.Path, "/desk/log") && r.Method == http.MethodPost || (r.Method == http.MethodPost || ofRegister(r) || audited(r)) && who.may(r) {
						continue // the walker's own coming and going, and work
					}
					asked.Add(who.walk(t, r, real, none))
				}
			})
		}
	})
	if after := traceOf(t, real.values["case"]); after != before {
		t.Errorf("the case was touched: %d entries before and %d after the walk", before, after)
	}
	t.Logf("%d rows, %d requests", len(rows), asked.Load())
	owner := session(t, "wangmiao.officer")
	for _, path := range []string{"/desk/township/case/" + real.values["case"], "/desk/township?q=" + real.receipt} {
		if status, body := (request{method: http.MethodGet, path: path}).send(t, owner); status != http.StatusOK || !strings.Contains(body, real.name) {
			t.Errorf("%s: its own officer gets %d and no name: the walk would prove nothing", path, status)
		}
	}
}

func (w walker) walk(t *testing.T, r shell.Route, real, none target) int64 {
	t.Helper()
	n := 0
	paths, never := real.paths(t, r), none.paths(t, r)
	if !w.has(r) {
		paths = paths[:1] // the role is asked before the act is read
	}
	ways := target.ways
	if w.stopped(r) {
		ways = func(at target, r shell.Route, path string) []request {
			return at.refusedWays(r, path, len(w.roles) == 0)
		}
	}
	for i, path := range paths {
		there := ways(none, r, never[i])
		for j, q := range ways(real, r, path) {
			n += 2
			w.ask(t, r, q, there[j], real, none)
		}
	}
	return int64(n)
}

// ask puts one request for what is theirs and the same for what never was.
func (w walker) ask(t *testing.T, r shell.Route, q, q0 request, real, none target) {
	t.Helper()
	status, body := q.send(t, w.client)
	for what, canary := range real.canaries {
		if strings.Contains(body, canary) && !q.sent(canary) {
			t.Errorf("%s %s shows the %s", q.method, q.path, what)
		}
	}
	if len(w.roles) == 0 && status == http.StatusOK && q.header["HX-Request"] == "" && r.Path != "/desk/login" { // to htmx a refusal is a fragment
		t.Errorf("%s %s without a log-in: 200", q.method, q.path)
	}
	status0, body0 := q0.send(t, w.client)
	if !w.may(r) && (status != status0 || real.plain(q, body) != none.plain(q0, body0)) {
		t.Errorf("%s %s tells what is theirs (%d, %d bytes) from what never was (%d, %d bytes)", q.method, q.path, status, len(body), status0, len(body0))
	}
}

// traceOf counts what the staff did to a case or saw of it; the city's own jobs go on
// meanwhile and are nobody's attack.
func traceOf(t *testing.T, id string) (n int) {
	t.Helper()
	const sql = `select count(*) from audit_entry where case_id = $1::bigint and actor_kind = 'staff' and act not like 'refusal.%'`
	err := checker(t).Read(t.Context(), pg.City("the attacker compares"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, sql, id).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

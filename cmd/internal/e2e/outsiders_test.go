package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"lianou/core/registry/seed"
)

// running reads what `lianou up` says about the city.
func running(t *testing.T, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir, "running.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// admin opens the city's database as its owner, for what no page does.
func admin(t *testing.T) *pgx.Conn {
	t.Helper()
	var at struct{ Admin string }
	running(t, &at)
	conn, err := pgx.Connect(t.Context(), at.Admin)
	if err != nil {
		t.Fatal("connect as the owner of the database")
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// hires makes one more of the staff, like one that there is, with the password of all.
func hires(t *testing.T, like, login, name string) {
	t.Helper()
	const sql = `insert into staff_account (login, name, roles, regions, password, demo, made)
		select $1, $2, roles, regions, password, demo, made from staff_account where login = $3`
	if _, err := admin(t).Exec(t.Context(), sql, login, name, like); err != nil {
		t.Fatal(err)
	}
}

func dismissed(t *testing.T, login string) {
	t.Helper()
	if _, err := admin(t).Exec(t.Context(), `update staff_account set active = false, epoch = epoch + 1 where login = $1`, login); err != nil {
		t.Fatal(err)
	}
}

// revoked is an officer of Wangmiao who was dismissed while logged in.
func revoked(t *testing.T) *http.Client {
	t.Helper()
	hires(t, "wangmiao.officer", "wangmiao.left", "去职的")
	c := session(t, "wangmiao.left")
	if status, _, _ := ask(t, c, http.MethodGet, "/desk/township"); status != http.StatusOK {
		t.Fatalf("the officer to be dismissed: %d", status)
	}
	dismissed(t, "wangmiao.left")
	return c
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// citizen is somebody logged in at the app, with that session sent to the desk.
func citizen(t *testing.T) *http.Client {
	t.Helper()
	post := func(to string, body any) []byte {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(to, "application/json", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 300 {
			t.Fatalf("%s: %d %v", to, resp.StatusCode, err)
		}
		return answer
	}
	story, ok := seed.StoryOf("b")
	if !ok {
		t.Fatal("the second story is gone")
	}
	phone := story.Applicant().Phone.Reveal()
	var asked struct{ Ticket string }
	if err := json.Unmarshal(post(city.Gateway+"/c/app/login/code", map[string]string{"phone": phone}), &asked); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(city.Standin + "/phone/b/inbox")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	inbox, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var in struct{ Token string }
	if json.Unmarshal(post(city.Gateway+"/c/app/login", map[string]string{"phone": phone, "code": string(sixDigits.Find(inbox)), "ticket": asked.Ticket}), &in) != nil || in.Token == "" {
		t.Fatal("the citizen has no token")
	}
	c := session(t, "")
	c.Transport = bearer(in.Token)
	return c
}

// bearer sends a citizen's token in every way it could be taken for a session.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	r.AddCookie(&http.Cookie{Name: "lianou_staff", Value: string(b)})
	r.AddCookie(&http.Cookie{Name: "lianou_token", Value: string(b)})
	return http.DefaultTransport.RoundTrip(r)
}

// socket opens the desk's socket with somebody's session.
func socket(t *testing.T, c *http.Client, origin string) (*websocket.Conn, int) {
	t.Helper()
	dialer := websocket.Dialer{Jar: c.Jar, HandshakeTimeout: 10 * time.Second}
	conn, resp, err := dialer.DialContext(t.Context(), strings.Replace(city.Platform, "http", "ws", 1)+"/desk/live", http.Header{"Origin": {origin}})
	if err != nil {
		if resp == nil {
			t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	return conn, resp.StatusCode
}

// P21 and P30 on the socket: the bells of a township ring only there; who is
// dismissed hears nothing more, though the socket is open.
// Control: pass to all that Live.hearing gives.
func TestSocketIsOnesOwn(t *testing.T) {
	hires(t, "wangmiao.officer", "wangmiao.leaves", "去职的")
	leaving, _ := socket(t, session(t, "wangmiao.leaves"), city.Platform)
	here, _ := socket(t, session(t, "wangmiao.officer"), city.Platform)
	there, _ := socket(t, session(t, "deping.officer"), city.Platform)
	dismissed(t, "wangmiao.leaves")
	ringAt(t, "371426104")
	ringAt(t, "371424103")
	if _, text, err := here.ReadMessage(); err != nil || !bytes.Contains(text, []byte("township:371426104")) {
		t.Errorf("its own officer hears %q, %v: the test would prove nothing", text, err)
	}
	if _, text, err := there.ReadMessage(); err != nil || !bytes.Contains(text, []byte("township:371424103")) {
		t.Errorf("another township's officer hears first %q, %v", text, err)
	}
	if _, text, err := leaving.ReadMessage(); err == nil {
		t.Errorf("who was dismissed hears %q", text)
	}
	if _, status := socket(t, session(t, ""), city.Platform); status != http.StatusUnauthorized {
		t.Errorf("nobody gets a socket: %d", status)
	}
	if _, status := socket(t, session(t, "deping.officer"), "http://evil.example"); status != http.StatusForbidden {
		t.Errorf("another origin gets a socket: %d", status)
	}
}

// ringAt rings a township's bell, as an act there does.
func ringAt(t *testing.T, region string) {
	t.Helper()
	var at struct{ Redis string }
	running(t, &at)
	opts, err := redis.ParseURL(at.Redis)
	if err != nil {
		t.Fatal("the address of Redis does not parse")
	}
	r := redis.NewClient(opts)
	defer r.Close()
	if err := r.Publish(t.Context(), "lianou:bell:township:"+region, `{"topic":"township:`+region+`","kind":"case.read","id":"1"}`).Err(); err != nil {
		t.Fatal(err)
	}
}

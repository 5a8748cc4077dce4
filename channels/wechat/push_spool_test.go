package wechat

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/intake/talks"
)

// gated is a chatter whose database can be taken away.
func gated(t *testing.T) (*chatter, *pgtest.Gate) {
	t.Helper()
	env := pgtest.New(t)
	g := pgtest.NewGate(t, env.URL(pgtest.Gateway))
	db, err := pg.Open(t.Context(), pg.Config{URL: g.URL, Name: "gated"})
	must(t, err)
	t.Cleanup(db.Close)
	d := newDoorOver(t, env, db)
	d.spool = t.TempDir()
	d.env.Ring = d.keys.Gateway.Ring
	return newChatterAt(t, d), g
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	return list
}

// Pushes that come while the database is away, each three times as WeChat repeats them,
// wait sealed on disk, survive a restart, and are taken in once and in order; what comes
// while some wait goes behind them.
//
// Control: keepOrSpool without the spool, "503"; keep without its look at waiting, "9
// wait"; keepOrSpool without busy, the answer stands before the question.
func TestPushesWaitForTheDatabase(t *testing.T) {
	t.Parallel()
	c, gate := gated(t)
	if got := c.says("俺日子难,想问问低保"); !strings.Contains(got, "您是替谁报的") {
		t.Fatal(got)
	}
	gate.Shut()
	for _, words := range []string{"我自己", "张桂兰", "不清楚"} {
		body := c.body("text", "Content", words)
		for range 3 {
			if code := c.push(body); code != http.StatusOK {
				t.Fatalf("%q while the database is away: %d", words, code)
			}
		}
	}
	waiting := files(t, c.d.spool)
	if len(waiting) != 3 {
		t.Fatalf("%d wait", len(waiting))
	}
	for _, path := range waiting {
		raw, err := os.ReadFile(path)
		must(t, err)
		if bytes.Contains(raw, []byte("桂兰")) || bytes.Contains(raw, []byte(openid)) || strings.Contains(path, openid) {
			t.Error("words or names lie open on disk")
		}
	}
	must(t, os.WriteFile(filepath.Join(c.d.spool, "00000000000000000001-000001-x.push.part"), []byte("cut"), 0o600))
	gate.Open()
	c.ch, c.h = c.d.open(t) // started again
	if code := c.push(c.body("text", "Content", "平原县王庙镇")); code != http.StatusOK {
		t.Fatal(code)
	}
	if n := len(files(t, c.d.spool)); n != 4 {
		t.Errorf("%d wait: what comes now does not go behind", n)
	}
	var all sync.WaitGroup
	for range 2 { // two that drain at once take each in once
		all.Go(func() {
			if err := c.ch.spool.drain(t.Context(), c.ch.keep); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left := files(t, c.d.spool); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	got := c.answers()
	if !strings.Contains(got, "您叫什么名字") || !strings.Contains(got, "身份证号") || !strings.Contains(got, "除了您,还有谁") {
		t.Errorf("afterwards: %s", got)
	}
	if n := strings.Count(got, "您叫什么名字"); n != 1 {
		t.Errorf("asked %d times: %s", n, got)
	}
	if got := c.says("就我一个人"); got == "" {
		t.Error("the chat stands still")
	}
}

// Who writes without end is told so before anything of it waits, and holds nobody up.
//
// Control: the bound in keep, behind the spool: "200 of 200".
func TestOneWhoWritesWithoutEnd(t *testing.T) {
	t.Parallel()
	c, gate := gated(t)
	gate.Shut()
	taken := 0
	for range 200 {
		if c.push(c.body("text", "Content", "在吗")) == http.StatusOK {
			taken++
		}
	}
	if taken > 2*messages.Count { // the bound refills while this writes
		t.Errorf("%d of 200 wait", taken)
	}
	other := strings.Replace(c.body("text", "Content", "俺日子难,想问问低保"), openid, "o9AgO5Kd5ggOC-another-person", 1)
	if code := c.push(other); code != http.StatusOK {
		t.Fatalf("another person: %d", code)
	}
	gate.Open()
	c.ch, c.h = c.d.open(t)
	if err := c.ch.spool.drain(t.Context(), c.ch.keep); err != nil || len(files(t, c.d.spool)) != 0 {
		t.Errorf("held up: %v, %d wait", err, len(files(t, c.d.spool)))
	}
}

// A file that cannot be read is put aside, said so, and holds nothing up; one that cannot
// be taken now stays.
//
// Control: drain that returns at every error.
func TestBrokenPushIsPutAside(t *testing.T) {
	t.Parallel()
	c, gate := gated(t)
	gate.Shut()
	if code := c.push(c.body("text", "Content", "俺日子难,想问问低保")); code != http.StatusOK {
		t.Fatal(code)
	}
	name := "00000000000000000001-000001-" + strings.Repeat("a", 64) + pushSuffix
	must(t, os.WriteFile(filepath.Join(c.d.spool, name), []byte("rotten"), 0o600))
	c.ch, c.h = c.d.open(t)
	if err := c.ch.spool.drain(t.Context(), c.ch.keep); err == nil {
		t.Error("drained with the database away")
	}
	if n := len(files(t, c.d.spool)); n != 2 {
		t.Errorf("%d files", n)
	}
	gate.Open()
	must(t, c.ch.spool.drain(context.Background(), c.ch.keep))
	if left := files(t, c.d.spool); len(left) != 1 || !strings.HasSuffix(left[0], badPush) || !strings.Contains(c.d.log.String(), "put aside") {
		t.Errorf("left: %v", left)
	}
	if got := c.answers(); !strings.Contains(got, "我是莲藕") {
		t.Errorf("afterwards: %s", got)
	}
}

// What waited on disk came when it was taken in, not when the database was back: the agent
// sees how long the person has waited, and nothing is promised to arrive that WeChat no
// longer delivers.
//
// Control: keep without Ago ("3h0m0s: came 0s ago"; a word after 49 hours is queued).
func TestSpooledPushKeepsItsTime(t *testing.T) {
	t.Parallel()
	for ago, state := range map[time.Duration]talks.LineState{3 * time.Hour: talks.LineQueued, 49 * time.Hour: talks.LineLate} {
		t.Run(ago.String(), func(t *testing.T) {
			t.Parallel()
			c, gate := gated(t)
			c.says("俺日子难,想问问低保")
			for _, sql := range []string{`update talk_message set came = came - interval '50 hours', taken = taken - interval '50 hours'`,
				`update talk_reply set made = made - interval '50 hours'`, `update talk set began = began - interval '50 hours'`} {
				c.owner(sql)
			}
			gate.Shut()
			c.ch.spool.now = func() time.Time { return time.Now().Add(-ago) }
			if code := c.push(c.body("text", "Content", "人工")); code != http.StatusOK {
				t.Fatalf("with the database away: %d", code)
			}
			gate.Open()
			c.ch, c.h = c.d.open(t) // started again
			must(t, c.ch.spool.drain(t.Context(), c.ch.keep))
			if got := c.answers(); !strings.Contains(got, "转给坐席了") {
				t.Fatalf("asked for a person: %s", got)
			}
			a := c.agent(7)
			chat := a.takes()
			if waited := time.Since(chat.Last).Round(time.Hour); waited != min(ago, talks.Window).Round(time.Hour) {
				t.Errorf("%v: came %v ago", ago, waited)
			}
			got, err := a.desk.Say(t.Context(), talks.Word{Call: chat.Call, Staff: a.id, Key: "k1", Text: "您好,我是坐席小李。"})
			if err != nil || got != state {
				t.Errorf("%v: the agent's word is %s, %v", ago, got, err)
			}
		})
	}
}

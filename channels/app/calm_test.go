package app

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianou/channels/channeltest"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// account is the one account of a door that has logged in.
func (d *door) account(t *testing.T) (id string) {
	t.Helper()
	must(t, d.db.DB(pgtest.Owner).Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select id from citizen`).Scan(&id)
	}))
	return id
}

// What is asked for stands on the first page and on the case's, calmly; once something was
// sent both say that it is the officer's turn, until they ask again.
//
// Controls: sentSince that is always false ("still asked for"); lacks that passes over
// nothing ("the first page still asks").
func TestAskedForCalmly(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	b := newBrowser(t, d.serve(t))
	if _, page, _ := b.get("/"); strings.Contains(page, "还差材料") {
		t.Error("nobody is asked for something")
	}
	b.enter(d)
	a := d.asking(t, d.account(t))
	at := "/mine/" + string(a.Receipt)
	const calm = "晚了也能补,不会作废。"
	asked := func(when string) {
		t.Helper()
		if _, page, _ := b.get("/"); !strings.Contains(page, "还差材料:"+missing) || !strings.Contains(page, calm) || !strings.Contains(page, `class="big" href="/c/app`+at+`"`) {
			t.Errorf("%s: the first page does not say what is asked for", when)
		}
		if _, page, _ := b.get(at); !strings.Contains(page, "还差:"+missing) || !strings.Contains(page, calm) || !strings.Contains(page, "拍照补上") {
			t.Errorf("%s: the case does not say what is asked for", when)
		}
	}
	asked("at first")
	_, page, _ := b.get(at + "/more")
	if !strings.Contains(page, calm) {
		t.Error("the page of papers has other words")
	}
	status, page, _ := b.send(at+"/more", map[string]string{"key": hiddenKey.FindStringSubmatch(page)[1], "note": "这是首页"}, map[string][]byte{"photos": photo(t)})
	if status != 200 || !strings.Contains(page, "您补的收到了,等经办的同志看。") || strings.Contains(page, "拍照补上") || !strings.Contains(page, `class="big second" href="/c/app`+at+`/more">再补一张`) {
		t.Errorf("still asked for after papers were sent: %d", status)
	}
	if _, page, _ := b.get("/"); strings.Contains(page, "还差材料") {
		t.Error("the first page still asks")
	}
	d.askAgain(t)
	asked("asked again")
}

// askAgain is the officer who asks once more, as AskFor and PublishStatus keep it.
func (d *door) askAgain(t *testing.T) {
	t.Helper()
	since := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	d.sql(t, `update case_status set missing = jsonb_set(missing::jsonb, '{since}', to_jsonb($1::text))`, since)
}

// The page of the code shows the number it went to and leads back to it; the code has one
// name, and nothing on the page says that we never ask for it.
//
// Control: enterPost without change ("the number is not asked again").
func TestCodePageNamesTheNumber(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newDoor(t).serve(t))
	_, page, _ := b.post("/enter", url.Values{"phone": {channeltest.Phone}})
	for _, want := range []string{channeltest.Phone + "</b>", "登录码(短信里的 6 位数字)", "号码不对,换一个"} {
		if !strings.Contains(page, want) {
			t.Errorf("does not say %q", want)
		}
	}
	for _, bad := range []string{"验证码", "我们也不要"} {
		if strings.Contains(page, bad) {
			t.Errorf("says %q", bad)
		}
	}
	_, page, _ = b.post("/enter", url.Values{"phone": {channeltest.Phone}, "change": {"1"}})
	if !strings.Contains(page, `id="phone"`) || !strings.Contains(page, `value="`+channeltest.Phone+`"`) || strings.Contains(page, `id="code"`) || strings.Contains(page, `role="alert"`) {
		t.Error("the number is not asked again")
	}
}

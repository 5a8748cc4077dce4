package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

var (
	shownHash = regexp.MustCompile(`wrap">([0-9a-f]{64})<`)
	mayGo     = regexp.MustCompile(`<option value="(\d+)">([^<]+)</option>`)
)

// sealSeed has the county open a random re-check of the days to come, before anybody knows what
// will be on its list. It gives the page of the round, and the hash of the seed.
func (p *Player) sealSeed(ctx context.Context, t Township) (at, sealed string, err error) {
	county, err := p.LogIn(ctx, t.County+".county")
	if err != nil {
		return "", "", err
	}
	today := p.cityDay()
	page, err := county.Act(ctx, "/desk/recheck", "/recheck/commit", url.Values{"since": {today.String()}, "until": {(today + 1).String()}, "sure": {"1"}})
	if err != nil {
		return "", "", err
	}
	hashes := shownHash.FindAllStringSubmatch(page.Body, -1)
	if len(hashes) != 1 {
		return "", "", fmt.Errorf("before there is a list the page shows %d numbers", len(hashes))
	}
	sealed = hashes[0][1]
	p.say("县里开抽查:还没有名单,先密封一个数,指纹 " + sealed[:12] + "… 进了日志")
	return page.URL.Path, sealed, nil
}

// drawLots freezes the list, lays the seed open, and draws again by the tool, as anybody may.
func (p *Player) drawLots(ctx context.Context, t Township, at, sealed string) error {
	county, err := p.LogIn(ctx, t.County+".county")
	if err != nil {
		return err
	}
	if _, err := waitFor(ctx, "a log that has grown past the sealed number", func() (bool, bool, error) {
		_, err := county.Act(ctx, at, "/list", nil)
		return true, err == nil, err
	}); err != nil {
		return err
	}
	page, err := county.Act(ctx, at, "/draw", nil)
	if err != nil {
		return err
	}
	hashes := shownHash.FindAllStringSubmatch(page.Body, -1)
	if len(hashes) != 4 || hashes[0][1] != sealed {
		return fmt.Errorf("the page shows %d numbers after the draw, or another seal", len(hashes))
	}
	seed, err := hex.DecodeString(hashes[3][1])
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(seed); hex.EncodeToString(sum[:]) != sealed {
		return fmt.Errorf("the number that was laid open, %x, is not the one that was sealed", seed)
	}
	p.say("这几天过完了:名单定了,3 件;拆开那个数,对得上先前的指纹;抽中 1 件")
	// What was just written waits some seconds for its place in the log.
	if said, err := waitFor(ctx, "a draw that comes out the same again", func() (string, bool, error) {
		said, err := p.city.Tool("draw", "verify", path.Base(at))
		return said, strings.Contains(said, "3 cases on the list, 1 drawn") && strings.Contains(said, "drawn again from the log and the list: the same"), err
	}); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	p.say("谁都能重算:lianou draw verify " + path.Base(at) + ",另一套程序照日志和名单再抽一遍,一样")
	return nil
}

// goAgain sends two people who had no part to the drawn household; one writes down what they
// found, the other confirms it.
func (p *Player) goAgain(ctx context.Context, t Township, at string) error {
	county, err := p.LogIn(ctx, t.County+".county")
	if err != nil {
		return err
	}
	page, err := county.Open(ctx, at)
	if err != nil {
		return err
	}
	free := mayGo.FindAllStringSubmatch(page.Body, -1)
	free = free[:len(free)/2] // each stands in both lists
	if len(free) < 2 {
		return fmt.Errorf("nobody may go again; the page says: %s", page.Text())
	}
	// One of the township, and one of the county: the clerk between them filed for all three.
	one, other := free[0], free[len(free)-1]
	if _, err := county.Act(ctx, at, "/send", url.Values{"first": {one[1]}, "second": {other[1]}}); err != nil {
		return err
	}
	p.say("换两个没经手过的人去:" + one[2] + "、" + other[2])
	if err := p.asGoer(ctx, t, "/found", url.Values{"outcome": {"same"}, "words": {"棉被两床、面粉两袋都在,本人说当天就送来了。"}}); err != nil {
		return err
	}
	if err := p.asGoer(ctx, t, "/hold", url.Values{"holds": {"yes"}}); err != nil {
		return err
	}
	if page, err = county.Open(ctx, at); err != nil {
		return err
	}
	if text := page.Text(); !strings.Contains(text, "看过 1") || !strings.Contains(text, "确认的") {
		return fmt.Errorf("the round does not say that somebody went again: %s", text)
	}
	p.say("两个人去看了:东西都在,和原来定的一样;一个写,另一个自己登录确认")
	return nil
}

// asGoer does one act on the drawn case as whoever of the place may.
func (p *Player) asGoer(ctx context.Context, t Township, act string, filled url.Values) error {
	for _, login := range []string{t.Town + ".assistant1", t.Town + ".assistant2", t.County + ".clerk", t.County + ".county"} {
		d, err := p.LogIn(ctx, login)
		if err != nil {
			return err
		}
		page, err := d.Open(ctx, "/desk/recheck/mine")
		if err != nil {
			return err
		}
		form, err := page.Form(act)
		if err != nil {
			continue
		}
		_, err = d.Send(ctx, form, filled)
		return err
	}
	return fmt.Errorf("nobody of %s is sent to do %s", t.Town, act)
}

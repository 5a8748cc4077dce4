package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lianou/core/registry/seed"
)

// daughterInLaw is story (b): a call to 12345, taken down from the recording.
func (p *Player) daughterInLaw(ctx context.Context) error {
	story, _ := seed.StoryOf("b")
	who := story.Applicant()
	agent, err := p.LogIn(ctx, "0317")
	if err != nil {
		return err
	}
	at, err := p.callIn(ctx, agent, who.Phone.Reveal())
	if err != nil {
		return err
	}
	receipt, err := p.takeDown(ctx, agent, at, story)
	if err != nil {
		return err
	}
	if err := p.Work(ctx, Township{"deping", "linyi"}, receipt); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	return p.Told(ctx, "b", "尾号 "+who.Account.Last4(), "手机收到短信:钱打到尾号 "+who.Account.Last4()+" 的卡")
}

// callIn has the household call, and gives the page of the call on the agent's desk
// once its recording is there and plays.
func (p *Player) callIn(ctx context.Context, agent *Desk, phone string) (string, error) {
	err := p.Ring(ctx, phone, "我家住临邑县德平镇,儿媳妇得了重病,一年花了三万八,积蓄都花光了。")
	if err != nil {
		return "", err
	}
	p.say("张秀英打通 12345,交换机把录音交来")
	at, err := waitFor(ctx, "the call on the agent's desk, with its recording", func() (string, bool, error) {
		page, err := agent.Open(ctx, "/desk/agent")
		if err != nil {
			return "", false, err
		}
		for _, link := range page.Links() {
			if strings.HasPrefix(link, "/desk/agent/call/") {
				call, err := agent.Open(ctx, link)
				return link, err == nil && strings.Contains(call.Body, "/audio"), err
			}
		}
		return "", false, nil
	})
	if err != nil {
		return "", err
	}
	sound, err := agent.Open(ctx, at+"/audio")
	if err != nil || !strings.HasPrefix(sound.Body, "RIFF") {
		return "", fmt.Errorf("the recording does not play: %w", err)
	}
	p.say("来电自己出现在坐席桌面,坐席听录音、填单")
	return at, nil
}

// takeDown fills in the form beside the call, sends it and ends the call.
func (p *Player) takeDown(ctx context.Context, agent *Desk, at string, story seed.Story) (receipt string, err error) {
	page, err := agent.Open(ctx, at)
	if err != nil {
		return "", err
	}
	form, err := page.Form("/applications")
	if err != nil {
		return "", err
	}
	filled := StaffForm(story)
	filled["consent"] = []string{"process", "means_check"}
	filled["item"] = []string{"MZ-04"}
	done, err := agent.Send(ctx, form, filled)
	if err != nil {
		return "", err
	}
	if receipt, err = ReceiptOf(done.Text()); err != nil {
		return "", err
	}
	if _, err := agent.Act(ctx, at, "/done", url.Values{"outcome": {"applied"}}); err != nil {
		return "", err
	}
	p.say("念一遍,报上,回执 " + receipt)
	return receipt, nil
}

// Ring plays a call at the call exchange.
func (p *Player) Ring(ctx context.Context, from, says string) error {
	body, err := json.Marshal(map[string]any{"from": from, "seconds": 3, "say": says})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.city.Standin+"/exchange/calls", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("the exchange answered %d: %s", resp.StatusCode, said)
	}
	return nil
}

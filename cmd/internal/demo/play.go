package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"lianou/cmd/internal/rig"
)

// Player plays stories in one city.
type Player struct {
	city     *rig.Rig
	password string
	out      io.Writer
	begun    time.Time
	day      int    // how far the clock was moved
	at       string // the case's page of the running story
	handed   int    // stories that end with a thing and not with money
}

// Config is what New and Play need.
type Config struct {
	City     *rig.Rig
	Password string    // of the demo's accounts
	Out      io.Writer // where the timeline goes
}

// New makes a player for steps of one's own.
func New(cfg Config) *Player {
	return &Player{city: cfg.City, password: cfg.Password, out: cfg.Out, begun: time.Now()}
}

// Play plays every story and verifies the audit log. The last line it prints is
// the outcome; an error names the step that failed.
func Play(ctx context.Context, cfg Config) error {
	p := New(cfg)
	stories := []struct {
		title string
		play  func(context.Context) error
	}{
		{"甲 · 窗口:五十九岁的母亲和一级残疾的儿子", p.motherAndSon},
		{"乙 · 12345 电话:儿媳重病,积蓄花光", p.daughterInLaw},
		{"丙 · 小程序:九岁的孩子得了白血病", p.sickChild},
		{"丁 · 急难:夜里着了火,钱先到,手续后补", p.houseBurnt},
		{"戊 · 一事一议:存款超了 620 元,下个月要动手术", p.sixHundredOver},
		{"己 · 复核:低保没批,本人说不对,换两个人重新看", p.refusedAndHeard},
		{"庚 · 实物和抽查:三家进水,东西送到签名;抽一家换人再看", p.goodsAndDraw},
	}
	for _, s := range stories {
		fmt.Fprintf(p.out, "\n%s\n", s.title)
		if err := s.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
	}
	report, err := p.city.Tool("audit", "verify")
	if err != nil || !strings.Contains(report, "audit verified") {
		return fmt.Errorf("audit verify: %w: %s", err, report)
	}
	fmt.Fprintf(p.out, "\n%s", report)
	fmt.Fprintf(p.out, "demo: %d stories, %d paid, %d handed over, %d told, audit verified\n", len(stories), len(stories)-p.handed, p.handed, len(stories))
	return nil
}

// say prints one line of the timeline.
func (p *Player) say(what string) {
	fmt.Fprintf(p.out, "  第 %2d 天  %s\n", p.day+1, what)
}

// wait moves the city's clock by whole days.
func (p *Player) wait(days string) error {
	var n int
	if _, err := fmt.Sscanf(days, "%dd", &n); err != nil {
		return err
	}
	p.day += n
	return p.city.Advance(days)
}

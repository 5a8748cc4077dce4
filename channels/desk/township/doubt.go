package township

import (
	"maps"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
	"lianou/core/workflow"
)

// doubtView is one doubt with what the officer compares.
type doubtView struct {
	casefile.Doubt
	Title, Why string
	Beyond     *casefile.Beyond // the other case, where another township has it
	Two        bool             // two applications stand side by side
	Words      string           // what who spoke for a child said, of the guardian too
	Was, Now   casefile.Linked
	Said       []compared // what stays with each application
	Facts      []compared // what each says of the household
}

// compared is one line of the two columns.
type compared struct {
	Label, Was, Now string
	Differs         bool
}

var doubtWords = map[casefile.DoubtKind][2]string{
	casefile.DoubtAccount:   {"又来一份申请,账号或电话不同", "可能是家里人又报了一次,也可能有人拿着别人的身份证号。先打电话或当面问本人。"},
	casefile.DoubtName:      {"又来一份申请,号码一样,姓名不同", "姓名和登记的对不上。没核对之前,不算这家的。"},
	casefile.DoubtTwin:      {"同一张表来了两次,内容不同", "网络断开时两次都发了回执。问本人以哪份为准。"},
	casefile.DoubtNumber:    {"另一件在办的事用了同一个身份证号", "两件都看一看,问本人。不是本人报的那件,在那一页上撤回。"},
	casefile.DoubtMismatch:  {"姓名和身份证号对不上", "当面看身份证、户口本。看过再往下办。"},
	casefile.DoubtRelative:  {"家里有人登记在别的户", "申请人不在那一户。先弄清是不是一家,登记里的情况没有带过来。"},
	casefile.DoubtGuardian:  {"申请人不满 18 岁,来说的不是监护人", "先问监护人(父母,没有父母的问法律上的监护人),听他们怎么说,再往下办。孩子自己来说的,也照样收。"},
	casefile.DoubtPerson:    {"登记核对过:这件里的人和另一件里的人是不是同一个", "合并或者撤销合并之后,两件要一起看:是不是一户,有没有报重,说的情况是谁的。看过再往下办。"},
	casefile.DoubtFamily:    {"登记以后,家里有了变动", "人口、收入、该给谁,可能都变了。问过本人或村里,改好家里情况再往下办。每月在发的钱照发,该改该停的,在这一页提出,另一个人定。"},
	casefile.DoubtVisit:     {"同一次入户,又交来一份记录", "两份都在下面。问问去的两个人,以哪份为准。先交的那份算数;要用后来这份里的情况,请改约再去一次,或者问过本人补上。"},
	casefile.DoubtElsewhere: {"同一个人在别处还有一件没办完", "问本人想在哪边办,打电话和那边核对。两件都先留着,同一项两边只能批一份。那边的材料这里看不到,这里的那边也看不到。"},
}

// doubtViews lays out what waits for a look.
func doubtViews(v casefile.View) []doubtView {
	var out []doubtView
	for _, d := range v.Doubts {
		if d.Verdict != "" {
			continue
		}
		words := doubtWords[d.Kind]
		view := doubtView{Doubt: d, Title: words[0], Why: words[1], Two: d.Kind.Beside() && d.Application != v.Application}
		for _, a := range v.Applications {
			if a.Speaks {
				view.Was = a
			}
			if a.Application == d.Application {
				view.Now = a
			}
		}
		for i := range v.Beyond {
			if v.Beyond[i].Doubt == d.ID {
				view.Beyond = &v.Beyond[i]
			}
		}
		if view.Two {
			view.Said, view.Facts = said(view.Was, view.Now), factsBeside(view.Was, view.Now)
		}
		if d.Kind == casefile.DoubtGuardian {
			view.Words = view.Now.Story
		}
		out = append(out, view)
	}
	return out
}

func said(was, now casefile.Linked) []compared {
	capacities := map[string]string{}
	for _, o := range desk.Capacities() {
		capacities[o.Value] = o.Word
	}
	login := map[bool]string{true: "自己的账号", false: "没有账号"}
	var list []compared
	for _, one := range []struct{ label, was, now string }{
		{"申请人", was.Applicant, now.Applicant},
		{"身份证号", was.ApplicantID, now.ApplicantID},
		{"谁来说的", was.Contact, now.Contact},
		{"和这家的关系", capacities[string(was.Capacity)], capacities[string(now.Capacity)]},
		{"电话", was.Phone, now.Phone},
		{"领钱的卡", was.Account, now.Account},
		{"怎么报的", login[was.HasLogin], login[now.HasLogin]},
		{"原话", was.Story, now.Story},
	} {
		list = append(list, compared{one.label, one.was, one.now, one.was != one.now})
	}
	return list
}

func factsBeside(was, now casefile.Linked) []compared {
	left, right := wording.Facts(was.Facts), wording.Facts(now.Facts)
	paths := maps.Clone(left)
	maps.Copy(paths, right)
	var list []compared
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		list = append(list, compared{wording.FactLabel(path), left[path], right[path], left[path] != right[path]})
	}
	return list
}

// weigh is the officer's word on one doubt.
func (t *Room) weigh(d doing) error {
	id, err := strconv.ParseInt(d.get("doubt"), 10, 64)
	if err != nil {
		return core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	takes := d.r.PostForm["take"]
	return t.d.Flow.Weigh(d.r.Context(), d.actor, workflow.Weigh{Case: d.id, Doubt: id, Verdict: casefile.Verdict(d.get("verdict")), Reason: d.get("reason"),
		Contact: slices.Contains(takes, "contact"), Card: slices.Contains(takes, "card"), Facts: slices.Contains(takes, "facts")})
}

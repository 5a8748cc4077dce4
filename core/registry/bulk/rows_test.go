package bulk_test

import (
	"strings"
	"testing"
	"time"

	"lianou/core/registry/bulk"
)

// Each bad row differs from a good one in a single thing, is refused for it with row,
// column and what to do, and keeps none of the good rows out.
//
// Controls: take the check out of the function that each line names; the line says
// that its row came in. Seen red: see the commit.
func TestRowsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tomorrow := time.Now().AddDate(0, 0, 2).Format("2006/1/2")
	good := map[string]string{"姓名": "好人", "身份证号": "", "户号": "", "与户主关系": "户主", "手机号": "13905341234", "县": "平原县", "乡镇": "王庙镇",
		"村": village, "出生日期": "", "性别": "", "入户日期": "2020-01-01", "地址": "3号", "户籍地": "平原县"}
	columns := []string{"姓名", "身份证号", "户号", "与户主关系", "手机号", "县", "乡镇", "村", "出生日期", "性别", "入户日期", "地址", "户籍地"}
	cases := []struct {
		name, column, value string
		why                 string // of the refusal; "" for a good row
	}{
		{"good", "姓名", "好人", ""},
		{"dotted name", "姓名", "买买提•阿布都", ""},
		{"name as a formula (plainText)", "姓名", "=1+1", "像公式"},
		{"name of digits (personName)", "姓名", "张3", "姓名不对"},
		{"number as a figure (isFloat)", "身份证号", "3.72401E+17", "变成了数字"},
		{"number rounded (roundID)", "身份证号", "372401195001010000", "末三位是 000"},
		{"number too short (ParseID)", "身份证号", "37142619600101111", "身份证号不对"},
		{"number with a wrong digit (wrongID)", "身份证号", "371426196001011111", "身份证号有一位不对"},
		{"number of old", "身份证号", "371426600101111", "15 位"},
		{"number born in the year 202", "身份证号", "371426020201011119", "身份证号里的出生日期不对"},
		{"phone (ParsePhone)", "手机号", "12345", "电话"},
		{"phone as a figure", "手机号", "1.39053E+10", "变成了数字"},
		{"phone abroad form", "手机号", "+86 139-0534-1234", ""},
		{"relation (relationOf)", "与户主关系", "邻居", "关系看不懂"},
		{"relation by rank", "与户主关系", "三女儿", ""},
		{"relation by code", "与户主关系", "31", ""},
		{"no such village", "村", "没有的村", "没有这个地方"},
		{"village of another town", "乡镇", "孔镇", "没有这个地方"},
		{"birth differs (agree)", "出生日期", "1960-01-02", "对不上"},
		{"birth agrees, dots", "出生日期", "1960.1.1", ""},
		{"birth agrees, digits", "出生日期", "19600101", ""},
		{"birth agrees, serial", "出生日期", "21916", ""},
		{"birth agrees, words", "出生日期", "1960年1月1日", ""},
		{"birth in the year 202", "出生日期", "202-01-01", "日期看不懂"},
		{"birth on no day", "出生日期", "1960-02-30", "日期看不懂"},
		{"day to come (dateOf)", "入户日期", tomorrow, "还没到"},
		{"sex differs", "性别", "女", "性别和身份证号"},
		{"sex of no word", "性别", "甲", "性别看不懂"},
		{"address as a formula", "地址", "@SUM(A1)", "像公式"},
		{"address with a control", "地址", "3号\x07", "不能用的字符"},
		{"address with a zero byte", "地址", "3号\x00", "坏字符"},
		{"address without end", "地址", strings.Repeat("长", 2000), "太长"},
		{"broken text", "地址", "3\xff号", "字坏了"},
		{"hukou (county)", "户籍地", "某县", "户籍地"},
		{"household number as a figure", "户号", "3.71426E+11", "变成了数字"},
		{"no household number", "户号", " ", "不能空"},
	}
	var file strings.Builder
	file.WriteString(strings.Join(columns, ",") + "\n")
	for i, c := range cases {
		for n, column := range columns {
			v := good[column]
			switch {
			case column == c.column:
				v = c.value
			case column == "身份证号":
				v = id("19600101", 101+2*i)
			case column == "户号":
				v = "H" + time.Duration(i).String()
			}
			if n > 0 {
				file.WriteByte(',')
			}
			file.WriteString(v)
		}
		file.WriteByte('\n')
	}
	before := o.count(`select count(*) from person`)
	res, bad := o.bring(o.order(file.String()))
	byRow := map[string][]string{}
	for _, line := range bad {
		byRow[line[0]] = line
	}
	wanted := 0
	for i, c := range cases {
		line := byRow[itoa(i+2)]
		switch {
		case c.why == "" && line != nil:
			t.Errorf("%s: refused: %q", c.name, line)
		case c.why == "":
			wanted++
		case line == nil:
			t.Errorf("%s: came in", c.name)
		case !strings.Contains(line[2], c.why) || line[1] != c.column && c.column != "乡镇" || line[3] == "":
			t.Errorf("%s: %q, want %s and %s", c.name, line, c.column, c.why)
		}
	}
	if res.People != wanted || o.count(`select count(*) from person`)-before != wanted || res.Refused != len(cases)-wanted || res.Rows != len(cases) {
		t.Errorf("%+v, want %d people", res, wanted)
	}
}

// People are matched by number, then by the source's household number with name and
// birth; a candidate is put before people and never merged.
//
// Controls: matchPeople without nameDiffers, without moved, without alike; refuseTwice
// and refuseHomes left out; residents left out (the second file refuses the child).
func TestMatching(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	child := func(name, birth, home, relation string) string {
		return strings.Join([]string{name, "", home, relation, "", "平原县", "王庙镇", village, birth, ""}, ",") + "\n"
	}
	with := "姓名,身份证号,户号,与户主关系,手机号,县,乡镇,村,出生日期,已核对\n"
	person := func(name, number, home, relation string) string {
		return strings.Join([]string{name, number, home, relation, "", "平原县", "王庙镇", village, "", ""}, ",") + "\n"
	}
	first := with + // row
		person("周桂兰", "37242219671020992"+"X", "Z1", "户主") + // 2: of the stories, by a wrong digit or right
		person("赵大", id("19600101", 111), "H1", "户主") + // 3
		child("赵小", "2020-05-01", "H1", "孙子") + // 4: without a number
		person("钱二", id("19620202", 122), "H2", "户主") + // 5
		person("孙三", id("19700303", 113), "H3", "户主") + // 6: twice, in two households
		person("孙三", id("19700303", 113), "H4", "户主") + // 7
		child("李双", "2019-01-01", "H5", "子") + // 8: alike
		child("李双", "2019-01-01", "H6", "子") + // 9
		person("周五", id("19750505", 115), "H7", "户主") // 10
	first = strings.Replace(first, "37242219671020992X", storyNumber(t), 1)
	res, bad := o.bring(o.order(first))
	wantRefused(t, bad, map[string]string{"6": "两行,内容不一样(另见第 7 行)", "7": "两行,内容不一样(另见第 6 行)", "8": "可能是同一个人,请人核对(另见第 9 行)", "9": "可能是同一个人,请人核对(另见第 8 行)"})
	if res.People != 4 || res.Households != 3 || res.Known != 1 {
		t.Errorf("first: %+v", res)
	}
	second := with +
		child("赵小", "2020-05-01", "H1", "孙子") + // 2: known by the household's number
		person("钱二", id("19620202", 122), "H1", "户主") + // 3: moved
		person("赵大改", id("19600101", 111), "H1", "户主") + // 4: the number is another one's
		child("周五", "1975-05-05", "H8", "户主") + // 5: like one who has a number
		person("赵小", id("20200501", 118), "H9", "户主") + // 6: like one who has none
		person("吴六", id("19800606", 116), "H2", "妻") + // 7: joins
		strings.Replace(child("周五", "1975-05-05", "H10", "户主"), ",\n", ",是\n", 1) + // 8: somebody compared
		strings.Replace(person("郑七", id("19810707", 117), "H7", "其他"), village, "田屯村", 1) // 9: joins a household of another village
	res, bad = o.bring(o.order(second))
	wantRefused(t, bad, map[string]string{"3": "登记在另一户", "4": "名字对不上", "5": "可能是同一个人", "6": "可能是同一个人", "9": "另一个村"})
	if res.People != 2 || res.Known != 1 {
		t.Errorf("second: %+v", res)
	}
	if n := o.count(`select count(*) from membership m join bulk_home b on b.household = m.household where m.ref = 'm2'`); n < 2 {
		t.Errorf("%d second members", n)
	}
}

func storyNumber(t *testing.T) string {
	t.Helper()
	return "37242219671020992" + string(checkDigit("37242219671020992"))
}

func wantRefused(t *testing.T, got [][]string, want map[string]string) {
	t.Helper()
	for _, line := range got {
		why, ok := want[line[0]]
		if !ok || !strings.Contains(line[2], why) {
			t.Errorf("row %s refused: %q, want %q", line[0], line[2], why)
		}
		delete(want, line[0])
	}
	for row, why := range want {
		t.Errorf("row %s came in, want %q", row, why)
	}
}

// A row that comes 200,000 times is one person, and cheap.
// Control: leave out the look into `last` in gather: all 200,002 rows are looked at.
func TestRepeatedRowCountsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	one := line("赵大", id("19600101", 111), "H1", "户主")
	other := line("钱二", id("19620202", 122), "H1", "妻")
	order := o.order(head + strings.Repeat(one, 200_000) + other + one)
	looked := 0
	order.Progress = func(p bulk.Progress) {
		if p.Phase == "check" {
			looked = o.count(`select count(*) from bulk_row`)
		}
	}
	res, bad := o.bring(order)
	if looked != 2 {
		t.Errorf("%d rows were looked at", looked)
	}
	if res.People != 2 || res.Repeated != 200_000 || res.Rows != 200_002 || len(bad) > 0 {
		t.Errorf("%+v %q", res, bad)
	}
}

// A family that cannot be is refused with all of it, and says why: two heads, two spouses, a
// spouse who is a child. One that can comes in beside it.
// Named, not seen red: compare without heads and spouses; read without childSpouse.
func TestAFamilyThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	order := o.order(head + line("赵大", id("19600101", 111), "H1", "户主") + line("赵二", id("19620101", 111), "H1", "本人") +
		line("钱大", id("19600202", 111), "H2", "户主") + line("孙氏", id("19630101", 112), "H2", "妻") + line("李氏", id("19640101", 112), "H2", "配偶") +
		line("周大", id("19900101", 111), "H3", "户主") + line("周小", id("20180101", 112), "H3", "配偶") +
		line("吴大", id("19600303", 111), "H4", "户主") + line("郑氏", id("19610303", 112), "H4", "配偶") + line("吴小", id("19880303", 111), "H4", "子"))
	order.MaxRefused = 100
	res, bad := o.bring(order)
	if res.People != 4 || res.Refused != 6 || len(bad) != 6 {
		t.Fatalf("%d came in, %+v, %q", res.People, res, bad)
	}
	for i, want := range []string{"两个户主", "两个户主", "两个配偶", "两个配偶", "两个配偶", "不满 18 岁"} {
		if !strings.Contains(strings.Join(bad[i], " "), want) {
			t.Errorf("row %d: %q, want %s", i, bad[i], want)
		}
	}
}

// A second file brings no second head into a household whose head lives there: whoever comes with
// them is refused too, for they are said by their relation to the new one. One of the family comes in
// beside the head that is there, a new head where the old one has died, and of a household to which
// files of before gave two the row says so.
//
// Controls: refuseGroups without heads (`row 2 came in`, `a household has 2 heads`); without those that have two
// (`row 2 refused: "这一户在库里已经有户主…", want "有两个户主"`); those who left counted (`row 5 refused`).
func TestASecondFileBringsNoSecondHead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if res, bad := o.bring(o.order(head + line("赵大", id("19600101", 111), "H1", "户主") + line("钱大", id("19600202", 111), "H2", "户主") +
		line("周大", id("19500101", 111), "H3", "户主") + line("周小", id("19800101", 111), "H3", "子"))); res.People != 4 || len(bad) > 0 {
		t.Fatalf("%+v %q", res, bad)
	}
	o.count(`with gone as (update membership set since = current_date - 9, until = current_date from person p where p.id = person and p.name = '周大' returning 1) select count(*) from gone`)
	second := head + line("赵二", id("19620101", 111), "H1", "户主") + // 2
		line("孙氏", id("19630101", 112), "H1", "妻") + // 3: of the second head
		line("钱小", id("19880202", 111), "H2", "子") + // 4
		line("周新", id("19820101", 111), "H3", "户主") // 5
	order := o.order(second)
	order.MaxRefused = 100
	res, bad := o.bring(order)
	wantRefused(t, bad, map[string]string{"2": "已经有户主", "3": "已经有户主"})
	if res.People != 2 || res.Refused != 2 {
		t.Errorf("%d came in, %+v", res.People, res)
	}
	if n := o.count(`select count(*) from membership where until is null and relation = 'applicant' group by household order by 1 desc limit 1`); n != 1 {
		t.Errorf("a household has %d heads", n)
	}
	o.count(`with two as (update membership set relation = 'applicant' from person p where p.id = person and p.name = '钱小' returning 1) select count(*) from two`)
	third := o.order(head + line("李大", id("19600505", 111), "H2", "户主") + line("钱孙", id("20150505", 111), "H2", "孙子"))
	third.MaxRefused = 100
	_, bad = o.bring(third)
	wantRefused(t, bad, map[string]string{"2": "有两个户主", "3": "有两个户主"})
}

// More refusals than allowed: nothing is written, the file can be brought again with
// a larger share.
// Control: leave out the comparison in compare and Run.
func TestTooMuchRefusedIsHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.count(`select count(*) from person`)
	file := head + line("赵大", id("19600101", 111), "H1", "户主") + line("钱二", "1", "H2", "户主")
	order := o.order(file)
	order.MaxRefused = 5
	res, bad := o.bring(order)
	if !res.Held || res.People != 0 || len(bad) != 1 || o.count(`select count(*) from person`) != before || o.count(`select count(*) from bulk_row`) != 0 {
		t.Errorf("held: %+v %q", res, bad)
	}
	order.MaxRefused = 50
	if res, _ = o.bring(order); res.Held || res.People != 1 {
		t.Errorf("allowed: %+v", res)
	}
	order = o.order(head + line("周五", id("19750505", 115), "H7", "户主"))
	order.DryRun = true
	if res, _ = o.bring(order); res.People != 0 || res.Known != 0 || res.Would != 1 || !res.Nothing || o.count(`select count(*) from person`) != before+1 {
		t.Errorf("tried: %+v", res)
	}
	for act, n := range map[string]int{"import.held": 1, "people.imported": 1, "import.tried": 1} {
		if got := o.count(`select count(*) from audit_entry where act = $1`, act); got != n {
			t.Errorf("%d entries %s", got, act)
		}
	}
}

// A table whose header is no table of people is refused before a row is read.
func TestHeaderRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		head string
		m    bulk.Mapping
		say  string
	}{
		"unknown column":   {"姓名,身份证号,户号,村,心情\n", bulk.Mapping{}, "“心情”不认识"},
		"no name":          {"身份证号,户号,村\n", bulk.Mapping{}, "缺少一列:姓名"},
		"twice":            {"姓名,名字,身份证号,户号,村\n", bulk.Mapping{}, "同一样内容"},
		"unknown field":    {"姓名,身份证号,户号,村\n", bulk.Mapping{Columns: map[string]string{"姓名": "nome"}}, "不认识的一项:nome"},
		"empty":            {"\n\n", bulk.Mapping{}, "缺少一列"},
		"heading too long": {"姓名,身份证号,户号,村," + strings.Repeat("长", 3000) + "\n", bulk.Mapping{}, "表头读不出来"},
	} {
		order := o.order(c.head)
		order.Mapping = c.m
		_, err := o.imp.Run(t.Context(), order)
		if say := saying(err); !strings.Contains(say, c.say) {
			t.Errorf("%s: %q, want %q", name, say, c.say)
		}
	}
	order := o.order("Name of person,证,户号,村,心情\n赵大," + id("19600101", 111) + ",H1,平原县王庙镇东街村,好\n")
	order.Mapping = bulk.Mapping{Columns: map[string]string{"Name of Person": "name", "证": "id_number"}, Ignore: []string{"心情"}, Constant: map[string]string{"relation": "户主"}}
	if res, bad := o.bring(order); res.People != 1 {
		t.Errorf("mapped: %+v %q", res, bad)
	}
}

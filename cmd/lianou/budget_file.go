package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/payout"
	"lianou/core/policy"
	tabular "lianou/core/tables"
)

// budgetColumns are the columns of a table of budget lines, in any order.
func budgetColumns() []string {
	return []string{"年份", "地方", "事项", "来源", "金额", "文号"}
}

// maxBudgetRows bounds one file: a city has a few hundred lines a year.
const maxBudgetRows = 2000

// budgetRow is one row as it stands in the file.
type budgetRow struct {
	number int // as a spreadsheet counts; the header is 1
	cell   map[string]string
}

// readBudget reads a table of budget lines.
func readBudget(ctx context.Context, path string) ([]budgetRow, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the file %s cannot be opened", path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the file %s cannot be opened", path)
	}
	table, err := tabular.Look(ctx, f, info.Size())
	if err != nil {
		return nil, err
	}
	rows, err := table.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return budgetRows(rows)
}

func budgetRows(rows tabular.Reader) (list []budgetRow, err error) {
	var names []string
	for {
		row, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF) && len(list) == 0:
			return nil, errors.New("表里没有一行预算。")
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, err
		case row.Fault != nil:
			return nil, fmt.Errorf("第 %d 行读不出来。", row.Number)
		case len(list) == maxBudgetRows:
			return nil, fmt.Errorf("一次最多 %d 行,请分成几个文件。", maxBudgetRows)
		}
		one := budgetRow{number: row.Number, cell: map[string]string{}}
		for i, c := range row.Cells {
			if names != nil && i < len(names) {
				one.cell[names[i]] = strings.TrimSpace(c.Text)
			}
		}
		if names != nil {
			list = append(list, one)
			continue
		}
		names = []string{}
		for _, c := range row.Cells {
			names = append(names, strings.TrimSpace(c.Text))
		}
		for _, want := range budgetColumns() {
			if !slices.Contains(names, want) {
				return nil, fmt.Errorf("表头少一列「%s」。要有:%s。", want, strings.Join(budgetColumns(), "、"))
			}
		}
	}
}

// entry turns a row into what payout takes. Errors are KindInvalid.
func (r budgetRow) entry(p people, book *policy.Book) (e payout.BudgetEntry, err error) {
	e.Year, _ = strconv.Atoi(r.cell["年份"]) // nonsense is no year, and payout says so
	e.Source = r.cell["文号"]
	if e.Area, err = placeOf(p.regions, r.cell["地方"]); err != nil {
		return e, core.Invalid("area", "没有「"+r.cell["地方"]+"」这个地方,请写全市(德州市)或者县的全名。")
	}
	if e.Amount, err = core.ParseYuan(strings.ReplaceAll(r.cell["金额"], ",", "")); err != nil {
		return e, err
	}
	i := slices.IndexFunc(payout.Funds(), func(f payout.Fund) bool { return f.Chinese() == r.cell["来源"] })
	if i < 0 {
		return e, core.Invalid("fund", "来源请写:中央补助、省级补助、市级、县级、捐赠和其他。")
	}
	e.Fund = payout.Funds()[i]
	for name := range strings.FieldsFuncSeq(r.cell["事项"], func(c rune) bool { return strings.ContainsRune("、 ;\uff1b", c) }) {
		code, known := itemOf(book, name)
		if !known {
			return e, core.Invalid("item", "没有「"+name+"」这个发钱的事项。")
		}
		e.Items = append(e.Items, code)
	}
	return e, nil
}

// itemOf finds an item that is money by its code, its official or its everyday name.
func itemOf(book *policy.Book, said string) (core.ItemCode, bool) {
	for _, it := range book.Items {
		if slices.Contains([]string{string(it.Code), it.Name, it.Everyday}, said) {
			return it.Code, slices.ContainsFunc(it.BenefitKind, func(kind string) bool { return strings.HasPrefix(kind, "cash_") })
		}
	}
	return "", false
}

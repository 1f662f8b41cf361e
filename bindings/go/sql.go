// SPDX-License-Identifier: MIT

package icp

// #include "bridge.h"
import "C"

// Dialect is a dialect of SQL.
type Dialect int32

// The dialects; doc/sql.md says which were run and which were only parsed.
const (
	DuckDB    Dialect = C.ICP_SQL_DUCKDB
	Postgres  Dialect = C.ICP_SQL_POSTGRES // 12 and later, database in UTF-8
	Snowflake Dialect = C.ICP_SQL_SNOWFLAKE
	BigQuery  Dialect = C.ICP_SQL_BIGQUERY
	SQLite    Dialect = C.ICP_SQL_SQLITE // 3.23 and later
)

// SQLOptions are options of SQL.
type SQLOptions struct {
	Dialect Dialect
	Table   string // table of companies, parts divided by dots; empty = companies
	Key     string // header of the key column; empty = that of the model's schema
	Partial bool   // leave out the columns that SQL cannot express: another score, under other names
}

// SQL is the fit layer as one SELECT that scores a table in a database (doc/sql.md): key, fit_score, fit_tier, fit_millipoints, exact. Where a row's
// exact is true, the figures are those of Scorer.Score. options nil = all defaults. Errors: ErrUnsupported naming the columns that SQL cannot
// express, or where the model has no fit layer; ErrKey where no key column is named; ErrArgument, ErrLimit.
func (m *Model) SQL(options *SQLOptions) (string, error) {
	if options == nil {
		options = &SQLOptions{}
	}
	if err := hold(m.hold()); err != nil {
		return "", err
	}
	defer release(m.hold())
	var strings strings_
	defer strings.free()
	o := &C.struct_icp_sql_options{struct_size: C.sizeof_struct_icp_sql_options, dialect: C.int32_t(options.Dialect)}
	o.table, o.table_size = strings.put(options.Table)
	o.key_column, o.key_size = strings.put(options.Key)
	if options.Partial {
		o.flags = C.ICP_SQL_PARTIAL
	}
	query, err := report(func(out **C.icp_buffer, e *C.struct_icp_error) C.icp_status {
		return C.icp_model_to_sql(m.c(), o, out, e)
	})
	return string(query), err
}

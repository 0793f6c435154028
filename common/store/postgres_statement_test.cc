#include "common/store/postgres_statement.h"

#include "gtest/gtest.h"

namespace sti::store {
namespace {

std::string Sql(absl::string_view sql) { return ToPostgres(sql).sql; }

TEST(PostgresStatementTest, ParametersAreRenamedAndCountedByTheLargest) {
  const PostgresStatement statement =
      ToPostgres("SELECT a FROM t WHERE a = ?2 AND (?2 = '' OR b < ?11) LIMIT ?1");
  EXPECT_EQ(statement.sql, "SELECT a FROM t WHERE a = $2 AND ($2 = '' OR b < $11) LIMIT $1");
  EXPECT_EQ(statement.parameters, 11U);
  EXPECT_EQ(ToPostgres("SELECT 1").parameters, 0U);
}

TEST(PostgresStatementTest, LiteralsQuotedNamesAndCommentsStay) {
  for (const char* sql : {"SELECT '?1 BLOB'", "SELECT 'it''s ?1'", "SELECT \"?1 INTEGER\" FROM t",
                          "SELECT 1 -- ?1 BLOB\n", "SELECT /* ?1 */ 1", "SELECT '?1", "SELECT 1 -- ?1"}) {
    EXPECT_EQ(Sql(sql), sql);
    EXPECT_EQ(ToPostgres(sql).parameters, 0U) << sql;
  }
  EXPECT_EQ(Sql("SELECT 'a', ?1, 'b', ?2 -- ?3\n, ?3"), "SELECT 'a', $1, 'b', $2 -- ?3\n, $3");
}

TEST(PostgresStatementTest, TypesOfSqliteAreRenamedAsWholeWordsOnly) {
  EXPECT_EQ(Sql("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB NOT NULL, c BLOB)"),
            "CREATE TABLE t (id BIGINT PRIMARY KEY, b BYTEA NOT NULL, c BYTEA)");
  EXPECT_EQ(Sql("SELECT BLOBS, my_BLOB, INTEGER_2, blob FROM t"),
            "SELECT BLOBS, my_BLOB, INTEGER_2, blob FROM t");
}

TEST(PostgresStatementTest, QuestionMarksThatAreNoParametersStay) {
  EXPECT_EQ(Sql("SELECT ? ?x ?123456"), "SELECT ? ?x ?123456");
  EXPECT_EQ(ToPostgres("?99999").parameters, 99999U);
}

}  // namespace
}  // namespace sti::store

#include "common/http/answer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "common/http/answer_desk.h"

namespace sti::http {
namespace {

HttpResponse Status(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

// What was sent, in order.
class Sent {
 public:
  HttpAnswer Answer() {
    return HttpAnswer([this](HttpResponse response) { statuses.push_back(response.status); });
  }
  std::vector<int> statuses;
};

TEST(HttpAnswerTest, FirstAnswerCounts) {
  Sent sent;
  {
    const HttpAnswer answer = sent.Answer();
    const HttpAnswer copy = answer;  // NOLINT(performance-unnecessary-copy-initialization): is tested
    copy.Send(Status(201));
    answer.Send(Status(202));
  }
  EXPECT_EQ(sent.statuses, std::vector<int>{201});
}

TEST(HttpAnswerTest, LastCopyThatGoesUnansweredGivesA503) {
  Sent sent;
  std::optional<HttpAnswer> first = sent.Answer();
  std::optional<HttpAnswer> second = first;
  first.reset();
  EXPECT_TRUE(sent.statuses.empty());
  second.reset();
  EXPECT_EQ(sent.statuses, std::vector<int>{503});
}

TEST(HttpAnswerTest, OfManyThreadsOneAnswers) {
  std::atomic<int> sent{0};
  {
    const HttpAnswer answer([&](const HttpResponse&) { ++sent; });
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) threads.emplace_back([answer] { answer.Send(Status(200)); });
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(sent, 1);
}

class Listener final : public Recipient {
 public:
  explicit Listener(std::vector<int>& received) : received_(received) {}
  void Receive(HttpResponse response) override { received_.push_back(response.status); }

 private:
  std::vector<int>& received_;
};

TEST(AnswerDeskTest, TicketDeliversOnceAndToItsOwnRecipient) {
  AnswerDesk desk;
  std::vector<int> first, second;
  const uint64_t ticket = desk.Register(std::make_shared<Listener>(first));
  desk.Register(std::make_shared<Listener>(second));
  desk.Deliver(ticket, Status(200));
  desk.Deliver(ticket, Status(201));
  EXPECT_EQ(first, std::vector<int>{200});
  EXPECT_TRUE(second.empty());
}

TEST(AnswerDeskTest, RecipientLivesUntilItsAnswerOrTheEnd) {
  AnswerDesk desk;
  std::vector<int> received;
  auto listener = std::make_shared<Listener>(received);
  const std::weak_ptr<Listener> answered = listener;
  const uint64_t ticket = desk.Register(std::move(listener));
  listener = std::make_shared<Listener>(received);
  const std::weak_ptr<Listener> unanswered = listener;
  const uint64_t late = desk.Register(std::move(listener));
  EXPECT_FALSE(answered.expired());
  desk.Deliver(ticket, Status(200));
  EXPECT_TRUE(answered.expired());
  EXPECT_FALSE(unanswered.expired());
  desk.Close();
  EXPECT_TRUE(unanswered.expired());
  desk.Deliver(late, Status(200));
  desk.Deliver(desk.Register(std::make_shared<Listener>(received)), Status(200));
  EXPECT_EQ(received, std::vector<int>{200});
}

}  // namespace
}  // namespace sti::http

-- For wrk: how often each worker has answered; an answer's body is the worker's pid.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

answers = {}

function response(status, headers, body)
  answers[body] = (answers[body] or 0) + 1
end

function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    for worker, count in pairs(thread:get("answers")) do
      print("worker " .. worker .. " answered " .. count)
    end
  end
end

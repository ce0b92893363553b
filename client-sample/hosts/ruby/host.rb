#!/usr/bin/env ruby
# Runs agents in the Runwire daemon from Ruby 2.7 or later; standard library only.
#
#     ruby client-sample/hosts/ruby/host.rb
#
# RUNWIRE names the daemon's file, NODE the Node.js to run it with.
require 'json'
require 'open3'

# A daemon of our own. Whoever waits for an answer reads, and serves what comes before it; so nothing needs a thread.
class Runwire
  Error = Class.new(StandardError)

  def initialize(server, tools:, on_event:)
    @tools, @on_event, @last_id, @answers = tools, on_event, 0, {}
    @to, @from, @process = Open3.popen2(ENV.fetch('NODE', 'node'), server)
    [@to, @from].each(&:binmode)
    # `processId` lets the daemon end with this process even where a pipe stays open.
    request('initialize', processId: Process.pid, clientInfo: { name: 'ruby sample' })
    send_message(method: 'initialized', params: {})
  end

  # Sends a request and serves what the daemon asks for until the answer is there. A tool may make requests too: then
  # the answer to the outer one can come first, and is kept.
  def request(method, **params)
    id = @last_id += 1
    send_message(id: id, method: method, params: params)
    receive until @answers.key?(id)
    answer = @answers.delete(id)
    raise Error, "#{method}: #{answer[:error][:message]}" if answer[:error]

    answer[:result]
  end

  # The exit code of the daemon.
  def stop
    request('shutdown')
    send_message(method: 'exit')
    @process.value.exitstatus
  end

  private

  def receive
    case message = read_message
    in { method:, id:, params: } then serve(method, id, params)
    in { method: 'run/event', params: { event: } } then @on_event.call(event)
    in { method: } then nil # a notification that we take no note of
    in { id: } then @answers[id] = message
    end
  end

  def serve(method, id, params)
    return send_message(id: id, error: { code: -32601, message: "#{method} is not served" }) if method != 'tool/call'

    send_message(id: id, result: { content: @tools.fetch(params[:name]).call(params) })
  rescue Error, KeyError, ArgumentError, TypeError => e # the model is told that the call failed
    send_message(id: id, error: { code: -32000, message: e.message })
  end

  def send_message(message)
    body = JSON.generate(jsonrpc: '2.0', **message)
    @to.write("Content-Length: #{body.bytesize}\r\n\r\n#{body}")
    @to.flush
  rescue Errno::EPIPE
    raise Error, 'the daemon is gone'
  end

  def read_message
    length = nil
    while (line = @from.gets)
      length = Regexp.last_match(1).to_i if line =~ /\Acontent-length: *(\d+)/i
      return JSON.parse(@from.read(length).force_encoding('UTF-8'), symbolize_names: true) if line == "\r\n"
    end
    raise Error, 'the daemon ended while it was needed'
  end
end

# Runs an agent on the embedded model, which needs no network and no key, and shows what came of it.
def ask(runwire, prompt, **spec)
  result = runwire.request('run/start', model: 'test', prompt: prompt, wait: true, **spec)
  run = { runId: result[:runId] }
  puts "#{result[:outcome]}: #{JSON.generate(result[:output] || result[:error][:message])}"
  { 'messages' => 'run/messages', 'new messages' => 'run/newMessages' }.each do |title, method|
    parts = runwire.request(method, **run)[:messages].flat_map { _1[:parts] }
    puts "#{title}: #{parts.map { _1[:part_kind] }.join(', ')}"
  end
  usage = runwire.request('run/usage', **run)[:usage]
  counts = %i[requests tool_calls input_tokens output_tokens].map { "#{_1} #{usage[_1]}".tr('_', ' ') }
  puts "usage: #{counts.join(', ')}"
  run
end

# A tool with one text argument; the embedded model takes the `examples` of its schema.
def tool(name, argument, example)
  properties = { argument => { type: 'string', examples: [example] } }
  { name: name, inputSchema: { type: 'object', properties: properties, required: [argument] } }
end

runwire = nil
tools = {
  'word_count' => ->(call) { { words: call[:args][:text].split.size, characters: call[:args][:text].size } },
  # The user stops the run instead of answering; what the tool says after that changes nothing.
  'ask_user' => lambda do |call|
    runwire.request('run/cancel', runId: call[:runId], reason: 'stopped by the user')
    'too late'
  end
}
on_event = lambda do |event|
  next unless event[:event_kind] == 'function_tool_call'

  puts "calls #{event[:part][:tool_name]} #{JSON.generate(event[:part][:args])}"
end

server = ENV.fetch('RUNWIRE', File.expand_path('../../../dist/daemon/runwire.cjs', __dir__))
runwire = Runwire.new(server, tools: tools, on_event: on_event)
first = ask(runwire, 'How many words are in it?', tools: [tool('word_count', 'text', 'the quick brown fox')])
ask(runwire, 'And in German?', messageHistory: first)
ask(runwire, 'Ask me.', tools: [tool('ask_user', 'question', 'Shall I go on?')])
code = runwire.stop
puts "exit code #{code}"
exit code.zero?

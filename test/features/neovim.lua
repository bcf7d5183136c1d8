-- What a person does in Neovim with the three files of neovim.test.ts; what comes of it is written as JSON to the file that $RESULTS names.
-- Says nothing of netscenario's own: whatever is here comes with Neovim 0.7 to 0.12.

local results = {}

local function tell(name, value)
  results[name] = value
end

local function until_(what, probe)
  if not vim.wait(20000, probe, 20) then
    error('not so after 20 s: ' .. what)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function problems()
  local told = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(told, { code = one.code, line = one.lnum, from = one.col, to = one.end_col })
  end
  return told
end

local function request(method, more)
  local position = vim.api.nvim_win_get_cursor(0)
  local parameters = {
    textDocument = { uri = vim.uri_from_bufnr(0) },
    position = { line = position[1] - 1, character = position[2] },
  }
  for key, value in pairs(more or {}) do
    parameters[key] = value
  end
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, parameters, 20000)) do
    assert(not answer.err, vim.inspect(answer.err))
    return answer.result
  end
end

-- Neovim 0.7 asks by `input` and `select` what to rename to, and which fix to take.
vim.ui.select = function(items, _, chosen)
  chosen(items[1], 1)
end

local ok, failure = pcall(function()
  vim.cmd('edit broken.netscenario')
  until_('a problem is told', function()
    return #vim.diagnostic.get(0) > 0
  end)
  tell('problems', problems())

  vim.api.nvim_win_set_cursor(0, { 2, 1 })
  vim.lsp.buf.code_action()
  until_('the fix is made', function()
    return lines()[2] == 'alice crashes'
  end)
  until_('no problem is left', function()
    return #vim.diagnostic.get(0) == 0
  end)
  tell('mended', lines())

  vim.api.nvim_win_set_cursor(0, { 1, 6 })
  tell('hover', request('textDocument/hover').contents.value)

  vim.api.nvim_buf_set_lines(0, 2, -1, false, { 'expect bounces of ' })
  vim.api.nvim_win_set_cursor(0, { 3, 17 })
  local labels = {}
  local completion = request('textDocument/completion', { position = { line = 2, character = 18 } })
  for _, item in ipairs(completion.items) do
    table.insert(labels, item.label)
  end
  tell('completion', labels)
  vim.api.nvim_buf_set_lines(0, 2, -1, false, {})

  vim.api.nvim_win_set_cursor(0, { 1, 6 })
  vim.lsp.buf.rename('carol')
  until_('it is renamed', function()
    return lines()[2] == 'carol crashes'
  end)
  tell('renamed', lines())

  vim.cmd('edit! loose.netscenario')
  until_('what it imports is known', function()
    return #vim.diagnostic.get(0) > 0
  end)
  tell('imported', problems())
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = 20000 })
  else
    vim.lsp.buf.formatting_sync(nil, 20000)
  end
  tell('laid out', lines())
  vim.api.nvim_win_set_cursor(0, { 3, 1 })
  vim.lsp.buf.definition()
  until_('the imported file is shown', function()
    return vim.api.nvim_buf_get_name(0):match('world%.netscenario$') ~= nil
  end)
  tell('definition', vim.api.nvim_win_get_cursor(0))
end)
if not ok then
  results.failure = failure
  results.lines = lines()
end

local file = io.open(os.getenv('RESULTS'), 'w')
file:write(vim.json and vim.json.encode(results) or vim.fn.json_encode(results))
file:close()
vim.cmd('qall!')

# %% import
import os
from mistralai import Mistral
api_key = os.environ["MISTRAL_API_KEY"]

# %% client
client = Mistral(api_key)

# %% create
simple_agent = client.beta.agents.create(
model="mistral-medium-2505",
description="A simple Agent with persistent state.",
name="Simple Agent"
)

# %% create_websearch
websearch_agent = client.beta.agents.create(
model="mistral-medium-2505",
description="Agent able to search information over the web, such as news, weather, sport results...",
name="Websearch Agent",
instructions="You have the ability to perform web searches with `web_search` to find up-to-date information.",
tools=[{"type": "web_search"}],
completion_args={
"temperature": 0.3,
"top_p": 0.95,
}
)

# %% update
simple_agent = client.beta.agents.update(
agent_id=simple_agent.id,
description="An edited simple agent.",
completion_args={
"temperature": 0.3,
"top_p": 0.95,
}
)

# %% update_version
simple_agent = client.beta.agents.update_version(
agent_id=simple_agent.id,
version=0
)

# %% start
response = client.beta.conversations.start(
agent_id=simple_agent.id,
inputs="Who is Albert Einstein?",
#store=False
)

# %% start_list
response = client.beta.conversations.start(
agent_id=simple_agent.id,
inputs=[{"role": "user", "content": "Who is Albert Einstein?"}],
#store=False
)

# %% start_model
response = client.beta.conversations.start(
model="mistral-medium-latest",
inputs=[{"role": "user", "content": "Who is Albert Einstein?"}],
#store=False
)

# %% append
response = client.beta.conversations.append(
conversation_id=response.conversation_id,
inputs="Translate to French."
)

# %% list
conversations_list = client.beta.conversations.list(
page=0, page_size=100
)

# %% get
conversation = client.beta.conversations.get(
conversation_id=response.conversation_id
)

# %% get_history
conversation = client.beta.conversations.get_history(
conversation_id=response.conversation_id
)

# %% get_messages
conversation = client.beta.conversations.get_messages(
conversation_id=response.conversation_id
)

# %% restart
conversation = client.beta.conversations.restart(
conversation_id=response.conversation_id,
from_entry_id="msg_0684fe18d08278058000efa70b28fa5a",
inputs="Translate to Portuguese."
)

# %% start_stream
response = client.beta.conversations.start_stream(
agent_id=websearch_agent.id,
inputs="Who is Albert Einstein?"
)

# %% append_stream
response = client.beta.conversations.append_stream(
conversation_id=response.conversation_id,
inputs="Translate to French."
)

# %% restart_stream
response = client.beta.conversations.restart_stream(
conversation_id=response.conversation_id,
from_entry_id="msg_0684fe18d08278058000efa70b28fa5a",
inputs="Translate to Portuguese."
)


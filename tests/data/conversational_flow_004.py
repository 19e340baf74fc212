from crewai import LLM
from crewai.experimental import ConversationConfig, ConversationalFlow, RouterConfig
from crewai.flow import listen
ROUTER_LLM = LLM(model="gpt-4o-mini")
@ConversationConfig(
    system_prompt="A multi-agent assistant for ordinary chat and tool-backed tasks.",
    llm=ROUTER_LLM,
    router=RouterConfig(), # routes + descriptions auto-discovered from @listen handlers
)
class SupportFlow(ConversationalFlow):
    @listen("INTERNET_SEARCH")
    def handle_internet_search(self) -> str:
        """Fresh web research, current news, real-time lookups."""
        reply = "AI news"
        self.append_assistant_message(reply)
        return reply
    @listen("CREWAI_DOCS")
    def handle_crewai_docs(self) -> str:
        """Look up the CrewAI documentation for framework/API questions."""
        reply = "the docs"
        self.append_assistant_message(reply)
        return reply
flow = SupportFlow()
try:
    flow.handle_turn("What can you do?") # routes to converse (built-in)
    flow.handle_turn("Search the web for AI news.") # routes to INTERNET_SEARCH
    flow.handle_turn("Summarize the first result.") # routes back to converse
finally:
    flow.finalize_session_traces()
